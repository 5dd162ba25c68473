import { isLocale, strings } from "../shared/i18n/i18n.ts";
import { define } from "./(_kit)/define.ts";
import { LOCALE_COOKIE, localeOf } from "./(_kit)/locale.ts";

const YEAR_SECONDS = 365 * 24 * 60 * 60;

/** Gives every page its language; `?lang=` chooses one for a year. */
export default define.middleware((ctx) => {
  const chosen = ctx.url.searchParams.get("lang");
  if (isLocale(chosen)) {
    const rest = new URLSearchParams(ctx.url.search);
    rest.delete("lang");
    // A path that starts with two slashes would name another host.
    const path = ctx.url.pathname.replace(/^\/+/, "/");
    return new Response(null, {
      status: 303,
      headers: {
        location: rest.size > 0 ? `${path}?${rest}` : path,
        "set-cookie": `${LOCALE_COOKIE}=${chosen}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax`,
      },
    });
  }
  ctx.state.locale = localeOf(ctx.req);
  ctx.state.t = strings(ctx.state.locale);
  return ctx.next();
});
