import type { Strings } from "../../shared/i18n.ts";

/** A page that only says something and leads home. */
export function Message({ t, title, text }: { t: Strings; title: string; text: string }) {
  return (
    <main class="page narrow">
      <div class="card">
        <h1>{title}</h1>
        <p class="lead">{text}</p>
        <a class="button" href="/">{t.page.toLobby}</a>
      </div>
    </main>
  );
}
