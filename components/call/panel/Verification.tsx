import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { pbkdf2 } from "../../../shared/client/platform/browser/pbkdf2.ts";
import { digitsOf, fingerprintsOf } from "../../../shared/client/call/verification.ts";
import type { View } from "../view.ts";

/** Digits by which the two can tell, aloud, that nobody is between them. */
export function Verification({ view: { t: { verification: t }, snapshot: { call }, actions } }: { view: View }) {
  const digits = useSignal<readonly string[]>([]);
  const shown = useRef<string | null>(null);
  const talking = call.phase === "connected" || call.phase === "reconnecting";
  const descriptions = talking && actions !== null ? actions.descriptions() : null;
  const fingerprints = descriptions && fingerprintsOf(descriptions);
  const changed = shown.current !== null && fingerprints !== null && shown.current !== fingerprints;

  useEffect(() => {
    digits.value = [];
    if (fingerprints === null) return;
    let isCurrent = true;
    digitsOf(fingerprints, pbkdf2!).then((found) => {
      if (!isCurrent) return;
      digits.value = found;
      shown.current ??= fingerprints;
    });
    return () => isCurrent = false;
  }, [fingerprints]);

  return (
    <section aria-labelledby="verification-title">
      <h3 id="verification-title">{t.title}</h3>
      <p>{t.how}</p>
      <div aria-live="polite">
        {digits.value.length === 0 ? <p class="hint">{t.working}</p> : (
          <ol class="digits" aria-label={t.digits}>
            {digits.value.map((group) => (
              <li>
                <span aria-hidden="true">{group}</span>
                <span class="visually-hidden">{[...group].join(" ")}</span>
              </li>
            ))}
          </ol>
        )}
        {changed && <p class="hint">{t.changed}</p>}
      </div>
      <p class="hint">{t.differ}</p>
    </section>
  );
}
