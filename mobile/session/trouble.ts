/** The words for what the server did not do. */

import type { Words } from "../app/words.ts";
import type { Trouble } from "./session.ts";

export function troubleText(words: Words, trouble: Trouble): string {
  return trouble === "name" ? words.form.nameError : words.phone.troubles[trouble];
}
