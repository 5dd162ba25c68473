import { page } from "fresh";
import { asset, Head } from "fresh/runtime";
import Call from "../../islands/Call.tsx";
import { fill, type Strings } from "../../shared/i18n/i18n.ts";
import { chatId } from "../../shared/protocol/formats.ts";
import type { LoggedCall } from "../../shared/protocol/logged_call.ts";
import type { Member } from "../../shared/protocol/server_messages.ts";
import { CALLS_SHOWN } from "../(_kit)/calls.ts";
import { Cookieless } from "../(_kit)/Cookieless.tsx";
import { define, type State } from "../(_kit)/define.ts";
import { postedName, readForm, seeOther } from "../(_kit)/form.ts";
import { isInForeignFrame } from "../(_kit)/frame.ts";
import { ReloadOnScriptFailure } from "../(_kit)/ReloadOnScriptFailure.tsx";
import { Leave } from "../(_kit)/Leave.tsx";
import { Message } from "../(_kit)/Message.tsx";
import { NameField } from "../(_kit)/NameField.tsx";
import { passHeaders } from "../(_kit)/visit.ts";

/**
 * What this address shows. Only members learn that a chat exists: anybody else is asked to join, whatever the id, and
 * joins by POST only, so that link previews take nobody's seat.
 */
type View =
  | {
    show: "chat";
    id: string;
    userId: string;
    seats: number | null;
    members: Member[];
    calls: LoggedCall[];
    mine: boolean;
  }
  | { show: "join"; note: Note }
  | { show: "framed"; id: string; hasEntry: boolean }
  | { show: "cookieless" }
  | { show: "denied" };

/** What is wrong with the form that was sent: the name, or that it was open for too long. */
type Note = "name" | "late" | null;

export const handler = define.handlers({
  async GET(ctx) {
    const { req, url, state, params } = ctx;
    const id = params.id!;
    const hasEntry = url.searchParams.has("entry");
    const view = await memberView(state, id);
    // The browser kept the session cookie, so the entry key, which is for browsers that do not, is not needed. A fragment outlives a
    // redirection to an address without one.
    if (view !== null && hasEntry) {
      return new Response(null, { status: 303, headers: { location: `/chat/${id}#` } });
    }
    const canOpenAlone = state.guests !== null || hasEntry;
    const isShut = state.session === null && canOpenAlone && isInForeignFrame(req);
    if (view !== null) return page<View>(view);
    return isShut ? page<View>({ show: "framed", id, hasEntry }) : invitation(ctx, null);
  },

  async POST(ctx) {
    const { guests } = ctx.state;
    const id = ctx.params.id!;
    if (guests === null) return page<View>({ show: "join", note: null }, { status: 403 });
    const form = await readForm(ctx.req);
    if (form instanceof Response) return form;
    // Checked before a seat is taken: a browser that keeps no cookies could not come back to it, and it would be lost to everybody.
    const visitor = ctx.state.session ?? await guests.visitor(ctx.req.headers);
    if (visitor === "cookieless") return page<View>({ show: "cookieless" }, { status: 400 });
    if (visitor === "late") return invitation(ctx, "late", 400);
    const name = postedName(form);
    if (name === "" || (name === null && ctx.state.session === null)) return invitation(ctx, "name", 400);
    const session = name === null
      ? ctx.state.session!
      : (await guests.enter(ctx.state.session, name, visitor.userId)).session;
    const joined = chatId.safeParse(id).success ? await guests.joinChat(session, id) : null;
    if (joined === null) return page<View>({ show: "denied" }, { status: 403 });
    const end = ctx.state.session === null ? [guests.endOfVisit()] : [];
    return seeOther(`/chat/${id}`, [...joined.cookie, ...end]);
  },
});

/** The form to join by, and, for who has no session, the pass that makes a repeat of it the same join. */
async function invitation(ctx: { req: Request; state: State }, note: Note, status = 200) {
  return page<View>({ show: "join", note }, { status, headers: await passHeaders(ctx) });
}

/** The chat for a member; whose token expired in a call looks on, but frees and leaves no seat (R20). */
async function memberView({ session, viewer, hub, log, guests }: State, id: string): Promise<View | null> {
  if (viewer === null || !viewer.chats.includes(id) || !chatId.safeParse(id).success) return null;
  const seats = guests === null || !viewer.isGuest ? null : hub.capacity;
  return {
    show: "chat",
    id,
    userId: viewer.userId,
    seats,
    members: await hub.members(id),
    calls: session === null ? [] : await log.calls(viewer.userId, id, CALLS_SHOWN),
    mine: session !== null && await hub.maker(id) === viewer.userId,
  };
}

/** A chat for its members; an invitation for everybody else. */
export default define.page<typeof handler>(({ data, state, url }) => {
  const { t } = state;
  switch (data.show) {
    case "chat": {
      const other = data.members.find((member) => member.id !== data.userId);
      return (
        <main class="page">
          <Title text={other ? fill(t.chat.title, { name: other.name }) : t.chat.titleAlone} />
          <ReloadOnScriptFailure />
          <noscript>
            <p class="notice">{t.page.noScript}</p>
          </noscript>
          <Call
            chatId={data.id}
            userId={data.userId}
            seats={data.seats}
            members={data.members}
            calls={data.calls}
            mine={data.mine}
            t={t.chat}
          />
          {state.session !== null && <Membership id={data.id} isGuest={data.seats !== null} t={t} />}
          <p class="help">
            <a class="text-link" href="/doctor">{t.lobby.doctor}</a>
          </p>
        </main>
      );
    }
    case "join":
      return <Join state={state} note={data.note} />;
    case "framed":
      return <Framed t={t} id={data.id} hasEntry={data.hasEntry} />;
    case "cookieless":
      return <Cookieless t={t} again={url.pathname} />;
    case "denied":
      return (
        <>
          <Title text={t.join.deniedTitle} />
          <Message t={t} title={t.join.deniedTitle} text={t.join.deniedText} />
        </>
      );
  }
});

/** For a member: forget one's calls, bring another device, or leave the chat. By forms, which need no script. */
function Membership({ id, isGuest, t }: { id: string; isGuest: boolean; t: State["t"] }) {
  return (
    <section class="membership" aria-label={t.own.title}>
      {isGuest && (
        <form method="post" action={`/chat/${id}/device`}>
          <button class="text-link" type="submit">{t.own.device}</button>
        </form>
      )}
      <details class="clear">
        <summary>{t.own.clear}</summary>
        <form method="post" action={`/chat/${id}/clear`}>
          <p class="hint">{t.own.clearText}</p>
          <button class="button" type="submit">{t.own.clearNow}</button>
        </form>
      </details>
      {isGuest && <Leave id={id} t={t} />}
    </section>
  );
}

function Join({ state: { t, session, guests }, note }: { state: State; note: Note }) {
  if (guests === null) {
    return (
      <>
        <Title text={t.join.title} />
        <Message t={t} title={t.join.title} text={t.join.hosted} />
      </>
    );
  }
  return (
    <main class="page narrow">
      <Title text={t.join.title} />
      <form class="card" method="post">
        <h1>{t.join.title}</h1>
        <p class="lead">{t.join.text}</p>
        {note === "late" && <p class="notice" role="alert">{t.join.late}</p>}
        {session === null
          ? <NameField t={t} value="" invalid={note === "name"} />
          : <p class="hint">{fill(t.join.as, { name: session.name })}</p>}
        <button class="button accent" type="submit">{t.join.button}</button>
      </form>
    </main>
  );
}

/** Shown inside another site, where the browser keeps no cookie for this one: in a tab of its own it does. */
function Framed({ t: { join: t, page }, id, hasEntry }: { t: Strings; id: string; hasEntry: boolean }) {
  return (
    <main class="page narrow">
      <Title text={t.framedTitle} />
      <Head>{hasEntry && <script src={asset("/entry.js")} defer />}</Head>
      <div class="card">
        <h1>{t.framedTitle}</h1>
        <p class="lead">{t.framedText}</p>
        {!hasEntry
          ? <a class="button accent" href={`/chat/${id}`} target="_blank" rel="noopener">{t.newTab}</a>
          : (
            <form method="post" action="/enter" target="_blank" rel="noopener">
              <noscript>
                <p class="notice">{page.noScript}</p>
              </noscript>
              <input id="entry" type="hidden" name="entry" />
              <input type="hidden" name="chat" value={id} />
              <button class="button accent" type="submit">{t.newTab}</button>
            </form>
          )}
      </div>
    </main>
  );
}

function Title({ text }: { text: string }) {
  return (
    <Head>
      <title>{text}</title>
    </Head>
  );
}
