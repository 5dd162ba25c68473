import { HttpError } from "fresh";
import { Head } from "fresh/runtime";
import { strings } from "../shared/i18n.ts";
import { define } from "./(_kit)/define.ts";
import { localeOf } from "./(_kit)/locale.ts";
import { Message } from "./(_kit)/Message.tsx";

/** A request was refused (4xx), or something broke here (5xx), which is logged: Fresh leaves that to this page. */
export default define.page(({ error, req }) => {
  const t = strings(localeOf(req));
  const refused = error instanceof HttpError && error.status < 500;
  if (!refused) console.error(error);
  const title = refused ? t.page.refusedTitle : t.page.brokenTitle;
  return (
    <>
      <Head>
        <title>{title}</title>
      </Head>
      <Message t={t} title={title} text={refused ? t.page.refusedText : t.page.brokenText} />
    </>
  );
});
