import type { Strings } from "../../shared/i18n/i18n.ts";

interface MessageProps {
  t: Strings;
  title: string;
  text: string;
  /** Where one can try again. */
  again?: string | undefined;
  /** For developers, in English: the stable code, and what it is about. */
  note?: string | null;
}

/** A page that only says something, and where to go on. */
export function Message({ t, title, text, again, note }: MessageProps) {
  return (
    <main class="page narrow">
      <div class="card">
        <h1>{title}</h1>
        <p class="lead">{text}</p>
        {again !== undefined && <a class="button accent" href={again}>{t.page.again}</a>}
        <a class="button" href="/" aria-current="false">{t.page.toLobby}</a>
        {note && <p class="hint" lang="en">{note}</p>}
      </div>
    </main>
  );
}
