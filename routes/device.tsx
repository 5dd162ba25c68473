import { page } from "fresh";
import { asset, Head } from "fresh/runtime";
import { fill } from "../shared/i18n/i18n.ts";
import { define } from "./(_kit)/define.ts";
import { readForm, seeOther } from "./(_kit)/form.ts";
import { Message } from "./(_kit)/Message.tsx";

export const handler = define.handlers({
  /** Does nothing yet: previews and mail scanners open links too, and the pass does not even get here (it is in the fragment). */
  GET: () => page({ isSpent: false }),

  async POST({ req, state: { guests } }) {
    const form = await readForm(req);
    if (form instanceof Response) return form;
    const added = await guests?.addDevice(String(form.get("pass") ?? "")) ?? null;
    if (added === null) return page({ isSpent: true }, { status: 403 });
    return seeOther(`/chat/${added.chatId}`, added.cookie);
  },
});

/** Where the link for a second device leads: to a question first, for it makes this browser somebody. */
export default define.page<typeof handler>(({ data, state: { t, session } }) => {
  if (data.isSpent) {
    return (
      <>
        <Head>
          <title>{t.device.spentTitle}</title>
        </Head>
        <Message t={t} title={t.device.spentTitle} text={t.device.spentText} />
      </>
    );
  }
  // The name is in the pass, which is in the fragment: only static/device.js can read it.
  const [before, after] = t.device.who.split("{name}");
  return (
    <main class="page narrow">
      <Head>
        <title>{t.device.hereTitle}</title>
        <script src={asset("/device.js")} defer />
      </Head>
      <form class="card" method="post" action="/device">
        <h1>{t.device.hereTitle}</h1>
        <p id="who" class="lead" hidden>
          {before}
          <bdi id="who-name" />
          {after}
        </p>
        <p class="lead">{t.device.hereText}</p>
        {session !== null && <p class="notice">{fill(t.device.replaces, { name: session.name })}</p>}
        <noscript>
          <p class="notice">{t.device.noScript}</p>
        </noscript>
        <input id="pass" name="pass" type="hidden" />
        <button class="button accent" type="submit">{t.device.button}</button>
      </form>
    </main>
  );
});
