/** English. */

import { chat } from "./en/chat.ts";
import { doctor } from "./en/doctor.ts";
import { pages } from "./en/pages.ts";
import { phone } from "./en/phone.ts";
import type { Strings } from "./strings.ts";

export const en: Strings = {
  switchTo: { locale: "ru", label: "Русский" },
  ...pages,
  chat,
  doctor,
  phone,
};
