/** Why a call is weak, from what is known of both sides. */

import assert from "node:assert/strict";
import type { Bottleneck } from "../state.ts";
import { bottleneckOf, NOTHING_TOLD, type Side, tell } from "./bottleneck.ts";

const FINE: Side = { rating: 4, isNearBad: false, isSlow: false };
const UNKNOWN: Side = { rating: 4, isNearBad: null, isSlow: false };

for (
  const [name, mine, theirs, found] of [
    ["all is well", FINE, FINE, null],
    ["good, with a bad way to the server", { ...FINE, isNearBad: true }, FINE, null],
    ["good is good enough", { ...FINE, rating: 3 }, { ...FINE, rating: 3 }, null],
    ["what I send suffers, and so do my pings", { ...FINE, rating: 2, isNearBad: true }, FINE, "my-uplink"],
    ["what comes suffers, and so do my pings", { ...FINE, isNearBad: true }, { ...FINE, rating: 1 }, "my-downlink"],
    ["both do", { ...FINE, rating: 2, isNearBad: true }, { ...FINE, rating: 2 }, "my-uplink"],
    [
      "what I send suffers, and so do their pings",
      { ...FINE, rating: 1 },
      { ...FINE, isNearBad: true },
      "their-network",
    ],
    ["what comes suffers, and so do their pings", FINE, { ...FINE, rating: 1, isNearBad: true }, "their-network"],
    ["both ways to the server are bad: each mends its own", { ...FINE, rating: 1, isNearBad: true }, {
      ...FINE,
      isNearBad: true,
    }, "my-uplink"],
    ["neither is", { ...FINE, rating: 1 }, FINE, "between"],
    ["neither is, the other way", FINE, { ...FINE, rating: 2 }, "between"],
    ["what I send suffers, and nothing is known of why yet", { ...UNKNOWN, rating: 2 }, UNKNOWN, null],
    ["what comes suffers, and nothing is known of why yet", UNKNOWN, { ...FINE, rating: 2 }, null],
    ["what comes suffers, and only mine is known to be well", FINE, { ...UNKNOWN, rating: 2 }, "their-network"],
    ["what I send suffers, and only mine is known to be well", { ...FINE, rating: 2 }, UNKNOWN, "their-network"],
    ["my computer is too slow", { ...FINE, isSlow: true }, FINE, "my-computer"],
    ["my computer is too slow, and pictures suffer", { ...UNKNOWN, rating: 2, isSlow: true }, FINE, "my-computer"],
    ["theirs is", FINE, { ...FINE, isSlow: true }, "their-computer"],
    ["both are", { ...FINE, isSlow: true }, { ...FINE, isSlow: true }, "my-computer"],
    ["slow, but the network is what is weak", { rating: 1, isNearBad: true, isSlow: true }, FINE, "my-uplink"],
  ] as const satisfies readonly (readonly [string, Side, Side, Bottleneck | null])[]
) {
  Deno.test(`bottleneck: ${name}: ${found ?? "nothing"}`, () => assert.equal(bottleneckOf(mine, theirs), found));
}

Deno.test("bottleneck: with what is known on both sides, each names the same one", () => {
  const mirrored: Partial<Record<Bottleneck, Bottleneck>> = {
    "my-uplink": "their-network",
    "my-downlink": "their-network",
    "my-computer": "their-computer",
    "between": "between",
  };
  for (const [up, down] of [[1, 4], [4, 1], [1, 1], [4, 4]] as const) {
    for (const [isNearBad, isSlow] of [[true, false], [false, true], [false, false]] as const) {
      const [mine, theirs] = [{ rating: up, isNearBad, isSlow }, { ...FINE, rating: down }] as const;
      const [here, there] = [bottleneckOf(mine, theirs), bottleneckOf(theirs, mine)];
      assert.equal(here === null ? null : mirrored[here], there);
    }
  }
});

/** What is said, second by second; a letter each for what is found. */
function said(found: string): string {
  const of: Record<string, Bottleneck | null> = { "-": null, m: "my-uplink", t: "their-network" };
  let told = NOTHING_TOLD;
  return [...found].map((one) => {
    told = tell(told, of[one]!);
    return Object.keys(of).find((key) => of[key] === told.is);
  }).join("");
}

for (
  const [name, found, told] of [
    ["after three seconds, gone after five", "--mmmmm-------", "----mmmmmmm---"],
    ["no moment's trouble", "mm-mm-mm-", "---------"],
    ["no flicker between two", "mmmmtmtmttmttttttt", "--mmmmmmmmmmmmmttt"],
    ["a calm moment changes nothing", "mmm----m----m", "--mmmmmmmmmmm"],
  ] as const
) {
  Deno.test(`bottleneck: what is said: ${name}`, () => assert.equal(said(found), told));
}
