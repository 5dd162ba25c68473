import { useSignal } from "@preact/signals";
import { IS_BROWSER } from "fresh/runtime";
import { useEffect, useRef } from "preact/hooks";
import type { ChatStrings } from "../../../shared/i18n/chat_strings.ts";
import { fill } from "../../../shared/i18n/fill.ts";

const FEEDBACK_MS = 2500;

interface InvitationProps {
  t: ChatStrings;
  chatId: string;
  /** How many the chat holds, and how many are in it, which are fewer: while that is one, the invitation is the page's main action. */
  seats: number;
  taken: number;
}

/** The link that invites the other person, with the ways to hand it over. */
export function Invitation({ t, chatId, seats, taken }: InvitationProps) {
  const first = taken <= 1;
  const field = useRef<HTMLInputElement>(null);
  const copied = useSignal(false);
  const canShare = useSignal(false);
  const link = IS_BROWSER ? `${location.origin}/chat/${chatId}` : "";

  useEffect(() => {
    canShare.value = "share" in navigator;
  }, []);
  useEffect(() => {
    if (!copied.value) return;
    const timer = setTimeout(() => copied.value = false, FEEDBACK_MS);
    return () => clearTimeout(timer);
  }, [copied.value]);

  async function copy() {
    try {
      await navigator.clipboard.writeText(link);
      copied.value = true;
    } catch {
      // The clipboard API needs https and permission; without, `execCommand` copies what is selected.
      field.current?.select();
      copied.value = document.execCommand("copy");
    }
  }

  // A share sheet that is closed without sharing rejects; there is nothing to say about that.
  const share = () => navigator.share({ url: link }).catch(() => {});

  return (
    <section class="card invitation" aria-labelledby="invite-title">
      <h2 id="invite-title">{t.invite}</h2>
      <p class="hint">{seats === 2 ? t.inviteText : fill(t.inviteMany, { n: String(seats) })}</p>
      <input
        class="link-field"
        ref={field}
        value={link}
        readOnly
        aria-label={t.link}
        onFocus={(event) => event.currentTarget.select()}
      />
      <div class="row">
        <button class={first ? "button accent" : "button"} type="button" onClick={copy}>
          {copied.value ? t.copied : t.copy}
        </button>
        {canShare.value && <button class="button" type="button" onClick={share}>{t.share}</button>}
      </div>
      <p class="visually-hidden" aria-live="polite">{copied.value && t.copied}</p>
    </section>
  );
}
