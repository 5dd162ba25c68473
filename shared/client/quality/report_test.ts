import assert from "node:assert/strict";
import { type Report, reportOf, textOf } from "./report.ts";

const REPORT: Report = { frozen: 0.12, concealed: 0.03, score: 4.1, isNearBad: true, isSlow: false };
const NOTHING: Report = { frozen: null, concealed: null, score: null, isNearBad: null, isSlow: false };

Deno.test("report: what one side writes the other reads, to a hundredth", () => {
  for (const one of [REPORT, NOTHING, { ...REPORT, concealed: 0, isNearBad: false, isSlow: true }]) {
    assert.deepEqual(reportOf(textOf(one)), one);
  }
  const { frozen, score } = reportOf(textOf({ ...REPORT, frozen: 1 / 3, score: 4.4094 }));
  assert.deepEqual([frozen, score], [0.33, 4.41]);
});

Deno.test("report: of a later version, what is not known is left", () => {
  assert.deepEqual(reportOf(textOf(REPORT).replace("{", '{"later":[1],')), REPORT);
});

Deno.test("report: what is not of its form is not known, and harms nothing else", () => {
  const cases = [
    [{ frozen: 1.01 }, { frozen: null }],
    [{ frozen: -1 }, { frozen: null }],
    [{ concealed: "0.3" }, { concealed: null }],
    [{ score: -9 }, { score: null }],
    [{ score: 6 }, { score: null }],
    [{ isNearBad: 1 }, { isNearBad: null }],
    [{ isSlow: "yes" }, { isSlow: false }],
  ] as const;
  for (const [change, read] of cases) {
    assert.deepEqual(reportOf(JSON.stringify({ ...REPORT, ...change })), { ...REPORT, ...read });
  }
  for (const one of ["", "null", "7", "[]", "{", "{}", new ArrayBuffer(2)]) assert.deepEqual(reportOf(one), NOTHING);
});
