import type { Words } from "../app/words.ts";
import type { Trouble } from "../session/session.ts";
import { Field } from "./Field.tsx";
import { Hint } from "./text.tsx";
import type { Theme } from "./theme.ts";

interface NameFieldProps {
  readonly theme: Theme;
  readonly words: Words;
  readonly value: string;
  readonly trouble: Trouble | null;
  readonly onChange: (name: string) => void;
}

/** What somebody is to be called. */
export function NameField({ theme, words: { form }, value, trouble, onChange }: NameFieldProps) {
  const error = trouble === "name" ? form.nameError : null;
  return (
    <>
      <Field theme={theme} name={form.name} value={value} error={error} autoComplete="name" onChange={onChange} />
      <Hint theme={theme}>{form.nameHint}</Hint>
    </>
  );
}
