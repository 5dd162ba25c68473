import { page } from "fresh";
import { Person, Vacant } from "../islands/call/Person.tsx";
import { define, type State } from "./(_kit)/define.ts";
import { postedName, readForm, seeOther } from "./(_kit)/form.ts";
import { Leave } from "./(_kit)/Leave.tsx";
import { NameField } from "./(_kit)/NameField.tsx";

export const handler = define.handlers({
  GET: (ctx) => page(lobby(ctx.state, false)),

  async POST(ctx) {
    const { guests, session } = ctx.state;
    if (guests === null) return page(lobby(ctx.state, false), { status: 403 });
    const form = await readForm(ctx.req);
    if (form instanceof Response) return form;
    const name = postedName(form);
    if (!name) return page(lobby(ctx.state, true), { status: 400 });
    const guest = await guests.enter(session, name);
    const chat = await guests.createChat(guest.session);
    return seeOther(`/chat/${chat.chatId}`, chat.cookie);
  },
});

/** What the lobby shows: who asks, and with whom they share chats, newest first. */
function lobby({ session, guests, hub }: State, invalid: boolean) {
  const chats = (session?.chats ?? []).toReversed().map((id) => ({
    id,
    others: hub.members(id).filter((member) => member.id !== session?.userId),
  }));
  return { name: session?.name ?? "", hosted: guests === null, invalid, chats };
}

/** The front door: start a chat, or return to one. */
export default define.page<typeof handler>(({ data, state: { t } }) => (
  <main class="page lobby">
    <h1>{t.lobby.headline}</h1>
    {data.hosted ? <p class="card lead">{t.lobby.hosted}</p> : (
      <form class="card" method="post" action="/">
        <NameField t={t} value={data.name} invalid={data.invalid} />
        <button class="button accent" type="submit">{t.lobby.newChat}</button>
      </form>
    )}
    {data.chats.length > 0 && (
      <section class="chats" aria-labelledby="chats-title">
        <h2 id="chats-title">{t.lobby.chats}</h2>
        <ul>
          {data.chats.map(({ id, others }) => (
            <li key={id}>
              <a class="person" href={`/chat/${id}`}>
                {others.length === 0
                  ? <Vacant text={t.lobby.nobody} />
                  : others.map((other) => <Person key={other.id} name={other.name} online={other.online} t={t.chat} />)}
              </a>
              {!data.hosted && <Leave id={id} t={t} of={others.map(({ name }) => name).join(", ") || t.lobby.nobody} />}
            </li>
          ))}
        </ul>
      </section>
    )}
    <p class="help">
      <a class="quiet-link" href="/doctor">{t.lobby.doctor}</a>
    </p>
  </main>
));
