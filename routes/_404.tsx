import { page } from "fresh";
import { Head } from "fresh/runtime";
import { strings } from "../shared/i18n/i18n.ts";
import { define } from "./(_kit)/define.ts";
import { localeOf } from "./(_kit)/locale.ts";
import { Message } from "./(_kit)/Message.tsx";

export const handler = define.handlers(() => page(undefined, { status: 404 }));

/** Nothing lives at this address. */
export default define.page<typeof handler>(({ req }) => {
  const t = strings(localeOf(req));
  return (
    <>
      <Head>
        <title>{t.page.notFoundTitle}</title>
      </Head>
      <Message t={t} title={t.page.notFoundTitle} text={t.page.notFoundText} />
    </>
  );
});
