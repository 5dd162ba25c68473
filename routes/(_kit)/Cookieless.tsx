import { Head } from "fresh/runtime";
import type { Strings } from "../../shared/i18n.ts";
import { Message } from "./Message.tsx";

/** What is said where no pass came back with a form: who cannot be known again could use nothing that is made for them. */
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
