import { asset } from "fresh/runtime";
import { strings } from "../shared/i18n/i18n.ts";
import { define } from "./(_kit)/define.ts";
import { localeOf } from "./(_kit)/locale.ts";

/** The document around every page. */
export default define.page(({ Component, req, state, url }) => {
  const locale = localeOf(req);
  const t = strings(locale);
  return (
    <html lang={locale}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
        <meta name="color-scheme" content="light dark" />
        <meta name="description" content={t.lobby.headline} />
        <title>{t.lobby.title}</title>
        {/* Of a request that was refused early nothing is known. */}
        {state.session && state.push && <meta name="push-key" content={state.push.publicKey} />}
        <link rel="icon" href={asset("/favicon.svg")} type="image/svg+xml" />
        <link rel="apple-touch-icon" href={asset("/icons/apple.png")} />
        {/* Asked for with the cookie, for the language that was chosen. */}
        <link rel="manifest" href="/manifest.webmanifest" crossorigin="use-credentials" />
        <meta name="theme-color" media="(prefers-color-scheme: light)" content="#f5f1f4" />
        <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#17111c" />
        <link rel="stylesheet" href={asset("/styles.css")} />
      </head>
      <body>
        <header class="site-header">
          {/* Fresh would call a link "current" on every page below where it leads: `aria-current` says no there, here and elsewhere. */}
          <a class="brand" href="/" aria-label={t.page.home} aria-current={url.pathname === "/" ? "page" : "false"}>
            <img src={asset("/favicon.svg")} alt="" width="32" height="32" />
            <span>{t.page.brand}</span>
          </a>
          <a
            class="text-link"
            href={`${url.pathname}?lang=${t.switchTo.locale}`}
            lang={t.switchTo.locale}
            hreflang={t.switchTo.locale}
            aria-current="false"
          >
            {t.switchTo.label}
          </a>
        </header>
        <Component />
      </body>
    </html>
  );
});
