import { MAX_NAME_LENGTH } from "../../shared/protocol/constants.ts";
import type { Strings } from "../../shared/i18n/i18n.ts";

/** The text box for a person's name, with its hint, or what is wrong with what was typed. */
export function NameField({ t, value, invalid }: { t: Strings; value: string; invalid: boolean }) {
  return (
    <div class="field">
      <label for="name">{t.form.name}</label>
      <input
        id="name"
        name="name"
        value={value}
        required
        dir="auto"
        maxLength={MAX_NAME_LENGTH}
        autocomplete="nickname"
        aria-describedby="name-note"
        aria-invalid={invalid ? "true" : undefined}
      />
      <p id="name-note" class={invalid ? "error" : "hint"}>{invalid ? t.form.nameError : t.form.nameHint}</p>
    </div>
  );
}
