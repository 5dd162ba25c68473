/**
 * The ladder on the seconds of calls that the benchmark made over some of its networks (`deno task bench quality --json=FILE`): first while
 * the network was bad, then on a good one. Each is loss, round trip in ms, what the network takes and what was sent, in kbit/s.
 */

import assert from "node:assert/strict";
import recorded from "./recorded.json" with { type: "json" };
import { advance, type Ladder, START, STEPS } from "./ladder.ts";
import type { Sample } from "./samples.ts";
import type { Step } from "../../protocol/server_messages.ts";

type Network = keyof typeof recorded;

interface Right {
  /** How long the network was bad, in seconds. */
  readonly badS: number;
  /** The step that it is below or at, so many seconds after it became bad: the queue is full until then. */
  readonly falls?: readonly [Step, number];
  /** Below this step it never is while the network is bad. */
  readonly least: Step;
  readonly mostChanges: number;
  /** Where it is a while after the network is good again. */
  readonly ends: Step;
}

const RIGHT: Readonly<Record<Network, Right>> = {
  "100": { badS: 40, falls: ["low", 4], least: "low", mostChanges: 1, ends: "high" },
  "50": { badS: 40, falls: ["paused", 15], least: "audio", mostChanges: 4, ends: "low" },
  "gap": { badS: 3, least: "high", mostChanges: 0, ends: "high" },
};

/** The steps of a call, a second each, that was at the top and at rest before. */
function replay(network: Network): Ladder[] {
  let ladder: Ladder = { ...START, step: "high", patience: 5 };
  return recorded[network].map(([lossSent, rttMs, availableKbps, kbps]) =>
    ladder = advance(
      ladder,
      { lossSent, rttMs, availableKbps, encodeMs: null, limitedBy: "none", sending: { kbps } } as Sample,
    )
  );
}

const at = (step: Step) => STEPS.indexOf(step);

for (const [network, { badS, falls, least, mostChanges, ends }] of Object.entries(RIGHT) as [Network, Right][]) {
  Deno.test(`ladder, as recorded on "${network}": no lower than ${least}, and ${ends} in the end`, () => {
    const steps = replay(network).map(({ step }) => step);
    const bad = steps.slice(0, badS);
    const told = steps.map((step, second) => `${second + 1} ${step}`).join(", ");
    if (falls !== undefined) assert.ok(at(bad[falls[1] - 1]!) >= at(falls[0]), `falls: ${told}`);
    assert.ok(bad.every((step) => at(step) <= at(least)), `least: ${told}`);
    const changes = bad.filter((step, second) => step !== (second === 0 ? "high" : bad[second - 1]));
    assert.ok(changes.length <= mostChanges, `${changes.length} changes: ${told}`);
    assert.equal(steps.at(-1), ends, told);
  });
}
