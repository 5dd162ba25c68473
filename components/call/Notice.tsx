import type { ComponentChildren, Ref } from "preact";
import { Icon } from "./Icon.tsx";
import type { View } from "./view.ts";

interface NoticeProps {
  title?: string;
  text: string;
  children?: ComponentChildren;
  /** Read out at once. */
  role?: "alert";
  focus?: Ref<HTMLDivElement>;
}

/** A few sentences in a box, and what can be done about it. */
export function Notice({ title, text, children, role, focus }: NoticeProps) {
  return (
    <div class="notice" role={role} ref={focus} tabIndex={focus ? -1 : undefined}>
      <div>
        {title && <h2>{title}</h2>}
        <p>{text}</p>
      </div>
      {children && <div class="row">{children}</div>}
    </div>
  );
}

/** Dismisses a notice. */
export function Close({ view: { t, actions }, onClick }: { view: View; onClick?: () => void }) {
  return (
    <button class="round plain" type="button" aria-label={t.close} onClick={onClick ?? (() => actions?.dismiss())}>
      <Icon name="close" />
    </button>
  );
}
