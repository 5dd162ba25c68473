import { fill, type Strings } from "../../shared/i18n/i18n.ts";

/** Leaves a chat, after a second press. `of`: whose chat it is, where there are several. */
export function Leave({ id, t, of }: { id: string; t: Strings; of?: string }) {
  return (
    <details class="leave">
      <summary aria-label={of === undefined ? undefined : fill(t.own.leaveOf, { name: of })}>{t.own.leave}</summary>
      <form method="post" action={`/chat/${id}/leave`}>
        <p class="hint">{t.own.leaveText}</p>
        <button class="button" type="submit">{t.own.leaveNow}</button>
      </form>
    </details>
  );
}
