import { useSignal } from "@preact/signals";
import { Icon } from "../Icon.tsx";
import { Invitation } from "./Invitation.tsx";
import { useByHand, useLater } from "../lazy.ts";
import { Notices } from "./Notices.tsx";
import { Person, Vacant, You } from "../Person.tsx";
import { fill, isolated } from "../../../shared/i18n/fill.ts";
import { Seat } from "./Seat.tsx";
import { isOut, others, type View } from "../view.ts";

/** The chat between calls: who is here, how to call, and how to invite. */
export function ChatPage({ view }: { view: View }) {
  const { t, chatId, userId, snapshot, actions } = view;
  const peers = others(view, chatId);
  const me = snapshot.members[chatId]?.find((member) => member.id === userId);
  const ready = actions !== null && snapshot.signaling === "open";
  const alone = peers.length === 0;
  const chosen = useSignal<string | undefined>(undefined);
  const callee = peers.find((peer) => peer.id === chosen.value) ?? peers[0];
  const past = snapshot.history[chatId] ?? [];
  const later = useLater(past.length > 0);
  const settings = useSignal(false);
  const opened = useSignal(false);
  const byHand = useByHand(snapshot.checking || settings.value || opened.value);
  const taken = snapshot.members[chatId]?.length ?? 1;
  const invitation = view.seats !== null && taken < view.seats && (
    <Invitation key="invitation" t={t} chatId={chatId} seats={view.seats} taken={taken} />
  );
  const calls = later && past.length > 0 && (
    <later.History
      key="history"
      view={view}
      calls={past}
      Figures={byHand?.Figures}
      open={() => opened.value = true}
    />
  );
  if (isOut(view)) {
    return (
      <div class="chat">
        <h1>{t.out.title}</h1>
        <Notices view={view} />
        {calls}
      </div>
    );
  }
  return (
    <div class="chat">
      <h1>{alone ? t.titleAlone : fill(t.title, { name: peers.map((peer) => isolated(peer.name)).join(", ") })}</h1>
      <Notices view={view} />
      {alone && invitation}
      <section key="people" class="card" aria-label={t.people}>
        <ul>
          {alone && (
            <li>
              <Vacant text={t.alone} />
            </li>
          )}
          {peers.map((peer) => (
            <li key={peer.id}>
              <Person name={peer.name} online={peer.online} t={t} />
              {view.mine && <Seat view={view} member={peer} />}
            </li>
          ))}
          {me && (
            <li>
              <You name={me.name} t={t} />
            </li>
          )}
        </ul>
        {peers.length > 1 && (
          <label class="callee">
            {t.whom}
            <select value={callee?.id} onChange={(event) => chosen.value = event.currentTarget.value}>
              {peers.map((peer) => <option key={peer.id} value={peer.id} dir="auto">{peer.name}</option>)}
            </select>
          </label>
        )}
        <div class="call-buttons">
          <button
            class={alone ? "button" : "button accent"}
            type="button"
            disabled={!ready}
            onClick={() => actions?.call(chatId, "video", callee?.id)}
          >
            <Icon name="video" />
            {t.videoCall}
          </button>
          <button
            class="button"
            type="button"
            disabled={!ready}
            onClick={() => actions?.call(chatId, "audio", callee?.id)}
          >
            <Icon name="phone" />
            {t.audioCall}
          </button>
        </div>
        {!snapshot.checking && (
          <button
            class="button"
            type="button"
            disabled={actions === null}
            onClick={() => actions?.check(true)}
          >
            {t.check}
          </button>
        )}
        <button class="button" type="button" disabled={actions === null} onClick={() => settings.value = true}>
          {t.settings}
        </button>
      </section>
      {snapshot.checking && byHand && <byHand.DeviceCheck key="check" view={view} />}
      {calls}
      {!alone && invitation}
      {settings.value && byHand && <byHand.Panel view={view} close={() => settings.value = false} />}
    </div>
  );
}
