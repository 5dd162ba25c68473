import type { View } from "../view.ts";

/** The keys of a call, and the switch that turns those off that are a single character (WCAG 2.1.4). */
export function Keys({ view: { t, snapshot: { extrasOff }, actions } }: { view: View }) {
  const isOff = extrasOff.includes("letters");
  const keys: [string, string][] = [
    ["M", t.mute],
    [t.keys.space, t.keys.hold],
    ["V", t.cameraOff],
    ["C", t.switchCamera],
    ["S", t.shareScreen],
    ["Z", t.keys.fit],
    ["P", t.picture],
    ["F", t.fullScreen],
    [", ?", t.settings],
  ];
  return (
    <section aria-label={t.keys.title}>
      <h3>{t.keys.title}</h3>
      <label class="switch">
        <input
          type="checkbox"
          checked={!isOff}
          aria-label={t.keys.on}
          onChange={({ currentTarget: { checked } }) => actions?.setExtra("letters", checked)}
        />
        <span>{t.keys.on}</span>
      </label>
      {!isOff && (
        <dl class="keys">
          {keys.map(([key, what]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}
