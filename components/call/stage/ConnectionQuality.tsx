import type { Rating } from "../../../shared/client/state.ts";
import { fill } from "../../../shared/i18n/fill.ts";
import { peerName, type View } from "../view.ts";

/** How good the connection is in each direction, in bars and words; and why video is small or off (the step of the quality ladder). */
export function ConnectionQuality({ view }: { view: View }) {
  const { t, snapshot: { quality, local, remote } } = view;
  const name = peerName(view);
  if (quality === null) return null;
  const own = local.camera || local.screen ? t.steps.own[quality.step] : undefined;
  const theirs = remote.video || remote.screen ? t.steps.theirs[remote.step] : undefined;
  return (
    <>
      <p class="connection-quality">
        <Bars rating={quality.sending} of={t.sends} words={t.ratings[quality.sending - 1]!} />
        <Bars rating={quality.receiving} of={fill(t.receives, { name })} words={t.ratings[quality.receiving - 1]!} />
      </p>
      {own && <p class="badge">{own}</p>}
      {theirs && <p class="badge">{fill(theirs, { name })}</p>}
    </>
  );
}

function Bars({ rating, of, words }: { rating: Rating; of: string; words: string }) {
  return (
    <span data-rating={rating}>
      {of}: {words}
      <i class="bars" aria-hidden="true">
        {[1, 2, 3, 4].map((bar) => <i key={bar} class={bar <= rating ? "on" : ""} />)}
      </i>
    </span>
  );
}
