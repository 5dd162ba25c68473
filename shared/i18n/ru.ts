/** Russian. */

import { chat } from "./ru/chat.ts";
import { doctor } from "./ru/doctor.ts";
import { pages } from "./ru/pages.ts";
import { phone } from "./ru/phone.ts";
import type { Strings } from "./strings.ts";

export const ru: Strings = {
  switchTo: { locale: "en", label: "English" },
  ...pages,
  chat,
  doctor,
  phone,
};
