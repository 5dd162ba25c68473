import { fill } from "../../../shared/i18n/fill.ts";
import type { Member } from "../../../shared/protocol/server_messages.ts";
import type { View } from "../view.ts";

/** For who made the chat: another member's seat can be freed, after a second press. By a form, which needs no script of ours. */
export function Seat({ view: { t, chatId }, member: { id, name } }: { view: View; member: Member }) {
  return (
    <details class="seat">
      <summary>{t.seat.free}</summary>
      <form method="post" action={`/chat/${chatId}/free`}>
        <p class="hint">{fill(t.seat.text, { name })}</p>
        <button class="button" type="submit" name="member" value={id}>{t.seat.now}</button>
      </form>
    </details>
  );
}
