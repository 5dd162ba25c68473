import { HttpError } from "fresh";
import { Head } from "fresh/runtime";
import { fill, strings } from "../shared/i18n/i18n.ts";
import { define } from "./(_kit)/define.ts";
import { localeOf } from "./(_kit)/locale.ts";
import { Message } from "./(_kit)/Message.tsx";
import { refusalOf } from "./(_kit)/refusal.ts";

/** A request was refused (4xx), or something broke here (5xx), which is logged: Fresh leaves that to this page. */
export default define.page(({ error, req, url }) => {
  const t = strings(localeOf(req));
  const isRefused = error instanceof HttpError && error.status < 500;
  const refusal = refusalOf(error);
  // A server that cannot do it now refuses with 503, and its log has said why: once, not with each request.
  if (!isRefused && refusal === null) console.error(error);
  const { title, text } = t.page.refusals[isRefused ? refusal?.kind ?? "other" : "broken"];
  // A host application's user came in by its form: there is no address to try again at.
  const again = refusal?.kind === "entry" || refusal?.kind === "address" ? undefined : url.pathname;
  const note = refusal && `${refusal.status} ${refusal.code}: ${refusal.message}`;
  return (
    <>
      <Head>
        <title>{title}</title>
      </Head>
      <Message t={t} title={title} text={fill(text, { n: refusal?.retryAfter ?? 1 })} again={again} note={note} />
    </>
  );
});
