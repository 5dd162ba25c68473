import type { Rating } from "../../../shared/client/state.ts";
import { fill } from "../../../shared/i18n/fill.ts";
import { peerName, type View } from "../view.ts";

/** What each side sees and hears of the other, in bars and words; why that is weak, and where video is small or off for it. */
export function ConnectionQuality({ view }: { view: View }) {
  const { t, snapshot: { quality, local, remote } } = view;
  const name = peerName(view);
  if (quality === null) return null;
  const why = bottleneckText(view);
  const own = local.camera || local.screen ? t.steps.own[quality.step] : undefined;
  const theirs = remote.video || remote.screen ? t.steps.theirs[remote.step] : undefined;
  return (
    <>
      <p class="connection-quality">
        <Bars rating={quality.sending} of={t.sends} words={t.ratings[quality.sending - 1]!} />
        <Bars rating={quality.receiving} of={fill(t.receives, { name })} words={t.ratings[quality.receiving - 1]!} />
      </p>
      {why && <p class="badge">{why}</p>}
      {own && <p class="badge">{own}</p>}
      {theirs && <p class="badge">{fill(theirs, { name })}</p>}
    </>
  );
}

/** Why the call is weak; `null` where it is not. */
export function bottleneckText(view: View): string | null {
  const { t, snapshot: { quality } } = view;
  const { bottleneck = null } = quality ?? {};
  return bottleneck && fill(t.bottlenecks[bottleneck], { name: peerName(view) });
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
