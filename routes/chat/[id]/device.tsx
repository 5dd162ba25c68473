import { page } from "fresh";
import { asset, Head } from "fresh/runtime";
import { fill } from "../../../shared/i18n/i18n.ts";
import { DEVICE_SECONDS } from "../../../signaling/identity/passes.ts";
import { define } from "../../(_kit)/define.ts";
import { chatPath, seeOther } from "../../(_kit)/form.ts";

export const handler = define.handlers({
  GET: ({ params: { id } }) => seeOther(chatPath(id!)),

  /** A link for a second device: its pass is in the fragment, which no server, log, preview or `Referer` gets to see. */
  async POST({ url, params, state: { guests, session } }) {
    const id = params.id!;
    if (guests === null || !session?.chats.includes(id)) return seeOther(chatPath(id));
    const pass = await guests.devicePass(session, id);
    return page({ link: `${new URL("/device", url).href}#${pass}`, back: chatPath(id) });
  },
});

/** The link that makes another device one of the same person. */
export default define.page<typeof handler>(({ data: { link, back }, state: { t } }) => (
  <main class="page narrow">
    <Head>
      <title>{t.device.title}</title>
      <script src={asset("/device.js")} defer />
    </Head>
    <div class="card">
      <h1>{t.device.title}</h1>
      <p class="lead">{fill(t.device.text, { n: DEVICE_SECONDS / 60 })}</p>
      <input id="link" class="link-field" value={link} readOnly aria-label={t.device.link} />
      <p class="hint">{t.device.secret}</p>
      <button id="copy" class="button accent" type="button" hidden data-done={t.chat.copied}>{t.chat.copy}</button>
      <a class="button" href={back} aria-current="false">{t.device.back}</a>
    </div>
  </main>
));
