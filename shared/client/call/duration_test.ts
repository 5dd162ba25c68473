import assert from "node:assert/strict";
import { type LastSeen, talkedUntil } from "./duration.ts";

const S = 1_000;
const well: LastSeen = { now: 60 * S, mediaAt: 59.8 * S, awayAt: null, lostAt: null, sends: true };

const rows: [what: string, seen: Partial<LastSeen>, until: number][] = [
  ["media to the end", {}, 60],
  ["media to the end, the other side's signaling away for a while: media goes on (R12)", { awayAt: 45 * S }, 60],
  ["a closed tab, hung up on at once, before the browser notices", { mediaAt: 57 * S, awayAt: 57 * S }, 57],
  ["a closed tab, waited out", { mediaAt: 38 * S, awayAt: 38.1 * S, lostAt: 44 * S }, 38],
  ["a crash that the browser noticed first", { mediaAt: 38 * S, awayAt: 58 * S, lostAt: 44 * S }, 38],
  ["a crash, hung up on before anything noticed", { mediaAt: 57 * S }, 57],
  ["a network that is gone on this side: nobody says so", { mediaAt: 40 * S, lostAt: 46 * S }, 40],
  ["signaling away, media for ten seconds more, then none", { mediaAt: 45 * S, awayAt: 35 * S, lostAt: 51 * S }, 45],
  ["the other side sends nothing, and is there", { mediaAt: 20 * S, sends: false }, 60],
  ["the other side sent nothing, then closed the tab", { mediaAt: 20 * S, awayAt: 50 * S, sends: false }, 50],
  ["the other side sent nothing, then crashed", { mediaAt: 20 * S, lostAt: 50 * S, sends: false }, 50],
  ["it stopped sending as it went, and could not say so", { mediaAt: 45 * S, awayAt: 46 * S, sends: false }, 45],
  ["nobody ever sent anything, and both are there", { mediaAt: null, sends: false }, 60],
  ["nobody ever sent anything, and one went", { mediaAt: null, awayAt: 50 * S, lostAt: 47 * S, sends: false }, 47],
  ["the other side says that it sends, and nothing ever came", { mediaAt: null }, 60],
];

for (const [what, seen, until] of rows) {
  Deno.test(`duration: ${what}`, () => assert.equal(talkedUntil({ ...well, ...seen }) / S, until));
}

Deno.test("duration: never beyond now, never before media last came", () => {
  const times = [null, 10 * S, 40 * S, 59 * S, 60 * S];
  for (const mediaAt of times) {
    for (const awayAt of times) {
      for (const lostAt of times) {
        for (const sends of [true, false]) {
          const until = talkedUntil({ now: 60 * S, mediaAt, awayAt, lostAt, sends });
          assert.ok(
            until <= 60 * S && until >= (mediaAt ?? 0),
            JSON.stringify({ mediaAt, awayAt, lostAt, sends, until }),
          );
        }
      }
    }
  }
});
