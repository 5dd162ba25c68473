import { page } from "fresh";
import { asset, Head } from "fresh/runtime";
import { Person, Vacant } from "../components/call/Person.tsx";
import Rings from "../islands/Rings.tsx";
import { fill } from "../shared/i18n/i18n.ts";
import type { ChatSummary } from "../signaling/log/call_log.ts";
import type { Member } from "../shared/protocol/server_messages.ts";
import { Cookieless } from "./(_kit)/Cookieless.tsx";
import { define, type State } from "./(_kit)/define.ts";
import { postedName, readForm, seeOther } from "./(_kit)/form.ts";
import { Leave } from "./(_kit)/Leave.tsx";
import { NameField } from "./(_kit)/NameField.tsx";
import { passHeaders } from "./(_kit)/visit.ts";

/** What is wrong with the form that was sent: the name, or that it was open for too long. */
type Note = "name" | "late" | null;

export const handler = define.handlers({
  GET: (ctx) => lobby(ctx, null),

  async POST(ctx) {
    const { guests, session } = ctx.state;
    if (guests === null) return lobby(ctx, null, 403);
    const form = await readForm(ctx.req);
    if (form instanceof Response) return form;
    // Checked before a chat is made: a browser that keeps no cookies could never enter it.
    const visitor = session ?? await guests.visitor(ctx.req.headers);
    if (visitor === "cookieless") return page<View>({ show: "cookieless" }, { status: 400 });
    if (visitor === "late") return lobby(ctx, "late", 400);
    const name = postedName(form);
    if (!name) return lobby(ctx, "name", 400);
    const guest = await guests.enter(session, name, visitor.userId);
    const chat = await guests.createChat(guest.session);
    return seeOther(`/chat/${chat.chatId}`, [...chat.cookie, ...(session === null ? [guests.endOfVisit()] : [])]);
  },
});

/** A chat in the lobby, who else is in it, and what there is to say of its calls; `null`: there were none. */
interface Shared {
  readonly id: string;
  readonly calls: ChatSummary | null;
  readonly others: Member[];
}

type View =
  | { show: "lobby"; name: string; hosted: boolean; note: Note; chats: readonly Shared[] }
  | { show: "cookieless" };

/** The lobby: who asks, and with whom they share chats, newest first; and, for who has no session, the pass for the form. */
async function lobby(ctx: { req: Request; state: State }, note: Note, status = 200) {
  const { session, guests, hub, log } = ctx.state;
  const calls = session === null ? null : await log.summaries(session.userId, session.chats);
  const chats = await Promise.all(
    (session?.chats ?? []).toReversed().map(async (id) => ({
      id,
      calls: calls?.get(id) ?? null,
      others: (await hub.members(id)).filter((member) => member.id !== session?.userId),
    })),
  );
  const view: View = { show: "lobby", name: session?.name ?? "", hosted: guests === null, note, chats };
  return page(view, { status, headers: await passHeaders(ctx) });
}

/** The start page: make a chat, or return to one. */
export default define.page<typeof handler>(({ data, state: { t, locale, session } }) => {
  if (data.show === "cookieless") return <Cookieless t={t} again="/" />;
  return (
    <main class="page lobby">
      {session !== null && data.chats.length > 0 && (
        <Rings
          userId={session.userId}
          hosted={data.hosted}
          members={Object.fromEntries(data.chats.map(({ id, others }) => [id, others]))}
          t={t.chat}
        />
      )}
      <h1>{t.lobby.headline}</h1>
      {data.hosted ? <p class="card lead">{t.lobby.hosted}</p> : (
        <form class="card" method="post" action="/">
          {data.note === "late" && <p class="notice" role="alert">{t.lobby.late}</p>}
          <NameField t={t} value={data.name} invalid={data.note === "name"} />
          <button class="button accent" type="submit">{t.lobby.newChat}</button>
        </form>
      )}
      {data.chats.length > 0 && (
        <section class="chats" aria-labelledby="chats-title">
          <Head>
            <script src={asset("/times.js")} defer />
          </Head>
          <h2 id="chats-title">{t.lobby.chats}</h2>
          <ul>
            {data.chats.map(({ id, others, calls }) => (
              <li key={id}>
                <a class="person" href={`/chat/${id}`}>
                  {others.length === 0
                    ? <Vacant text={t.lobby.nobody} />
                    : others.map((other) => (
                      <Person key={other.id} name={other.name} online={other.online} t={t.chat} />
                    ))}
                </a>
                {calls !== null && <LastCall calls={calls} locale={locale} t={t} />}
                {!data.hosted && (
                  <Leave
                    id={id}
                    t={t}
                    of={others.map(({ name }) =>
                      name
                    ).join(", ") || t.lobby.nobody}
                  />
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
      <p class="help">
        <a class="text-link" href="/doctor">{t.lobby.doctor}</a>
      </p>
    </main>
  );
});

/** The last call of a chat, and how many were missed. The time is put into the reader's zone by static/times.js, and is UTC until then. */
function LastCall({ calls: { last, missed }, locale, t }: { calls: ChatSummary } & Pick<State, "locale" | "t">) {
  const { history } = t.chat;
  const kind = last.missed !== null ? history.missed : last.role === "caller" ? history.outgoing : history.incoming;
  const when = new Intl.DateTimeFormat(locale, { ...UTC_TIME, timeZone: "UTC", timeZoneName: "short" }).format(last.at);
  return (
    <p class="last-call">
      {missed > 0 && <strong>{fill(t.lobby.missed, { n: missed })}</strong>}
      <span class="hint">
        {fill(kind, { name: last.peer?.name || t.chat.somebody })},{" "}
        <time dateTime={new Date(last.at).toISOString()}>{when}</time>
      </span>
    </p>
  );
}

const UTC_TIME = { day: "numeric", month: "short", year: "numeric", hour: "numeric", minute: "2-digit" } as const;
