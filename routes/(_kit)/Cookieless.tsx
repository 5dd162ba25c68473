import { Head } from "fresh/runtime";
import type { Strings } from "../../shared/i18n/i18n.ts";
import { Message } from "./Message.tsx";

/** The page for a browser that sent no pass cookie back with its form: it would keep no session cookie either. */
export function Cookieless({ t, again }: { t: Strings; again: string }) {
  return (
    <>
      <Head>
        <title>{t.join.cookielessTitle}</title>
      </Head>
      <Message t={t} title={t.join.cookielessTitle} text={t.join.cookielessText} again={again} />
    </>
  );
}
