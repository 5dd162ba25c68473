import assert from "node:assert/strict";
import { type MuteEvent, type MuteState, muteStateAfter, SystemMute } from "./system_mute.ts";

const courses: [what: string, events: MuteEvent[], state: MuteState][] = [
  ["a track that opens", [], "live"],
  ["an unmute of what was not muted", ["unmute"], "live"],
  ["a mute", ["mute"], "pending"],
  ["a flicker", ["mute", "unmute"], "live"],
  ["a flicker, twice", ["mute", "unmute", "mute", "unmute"], "live"],
  ["a mute that lasts", ["mute", "elapsed"], "muted"],
  ["a mute that is told twice", ["mute", "elapsed", "mute"], "muted"],
  ["a mute that ends", ["mute", "elapsed", "unmute"], "live"],
  ["a mute again", ["mute", "elapsed", "unmute", "mute"], "pending"],
  ["a timer that is late", ["mute", "unmute", "elapsed"], "live"],
];

for (const [what, events, expected] of courses) {
  Deno.test(`system mute: ${what}: ${expected}`, () => {
    assert.equal(events.reduce(muteStateAfter, "live"), expected);
  });
}

type Handlers = { onmute: (() => void) | null; onunmute: (() => void) | null };

/** A track whose `muted` can be told, a clock, and what is said. */
function scene(muted = false) {
  const track = { muted, onmute: null, onunmute: null } as Pick<MediaStreamTrack, "muted"> & Handlers;
  const timers: { at: number; action: () => void }[] = [];
  let now = 0;
  let changes = 0;
  const mutes = new SystemMute((ms, action) => {
    const timer = { at: now + ms, action };
    timers.push(timer);
    return () => void timers.splice(timers.indexOf(timer), 1);
  }, () => changes++);
  mutes.watch(track as unknown as MediaStreamTrack);
  return {
    track,
    mutes,
    isMuted: () => mutes.has(track as unknown as MediaStreamTrack),
    wait(ms: number) {
      now += ms;
      for (const timer of timers.filter(({ at }) => at <= now)) {
        timers.splice(timers.indexOf(timer), 1);
        timer.action();
      }
    },
    get changes() {
      return changes;
    },
    get timers() {
      return timers.length;
    },
  };
}

Deno.test("system mute: believed after half a second, and taken back at once", () => {
  const stage = scene();
  const { track, isMuted } = stage;
  track.onmute!();
  stage.wait(499);
  assert.equal(isMuted(), false);
  stage.wait(1);
  assert.equal(isMuted(), true);
  track.onunmute!();
  assert.equal(isMuted(), false);
  assert.equal(stage.changes, 2);
});

Deno.test("system mute: a track that opens muted is watched like one that is muted then", () => {
  const stage = scene(true);
  assert.equal(stage.isMuted(), false);
  stage.wait(500);
  assert.equal(stage.isMuted(), true);
});

Deno.test("system mute: a track that is forgotten leaves no timer, and says nothing", () => {
  const stage = scene(true);
  stage.mutes.forget(stage.track as unknown as MediaStreamTrack);
  assert.equal(stage.timers, 0);
  assert.deepEqual([stage.track.onmute, stage.track.onunmute, stage.changes], [null, null, 0]);
});
