import assert from "node:assert/strict";
import type { Figures } from "./measure.ts";
import { cell, COLUMNS, table } from "./report.ts";

const figures = (fps: number, fullAfterS: number | null) => ({ fps, fullAfterS }) as Figures;
const column = (title: string) => COLUMNS.find((one) => one.title === title)!;

Deno.test("report: the median with the least and the most, and a round without a figure is the worst", () => {
  const rounds = [figures(9, 4), figures(11, null), figures(10, 2)];
  assert.equal(cell(rounds, column("fps")), "10.0 (9.0–11.0)");
  assert.equal(cell(rounds, column("full s")), "4.0 (2.0–never)");
  assert.equal(cell([figures(9, null)], column("full s")), "never");
  assert.equal(cell([figures(9, 1), figures(9, null)], column("full s")), "never (1.0–never)");
});

Deno.test("report: a row for each", () => {
  const lines = table([{ network: "250", contender: "plain", rounds: [figures(18.6, 2)] }]).split("\n");
  assert.equal(lines.length, 2);
  assert.match(lines[1]!, /^250 +plain .* 18\.6 /);
  assert.equal(lines[1]!.indexOf("18.6"), lines[0]!.indexOf("fps"));
});
