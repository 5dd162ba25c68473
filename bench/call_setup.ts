/**
 * Call set-up as people meet it: the devices are closed before the call and opened by it. How long it takes from the click until it rings
 * at the other side, and from the accept until each side sees the other: the product, PeerJS, and two bare RTCPeerConnections in one page,
 * in one run, with a camera that opens at once and one that takes its time. The others ask for devices, and everything else, by the
 * browser's and the library's own defaults. With `--assert`, a budget that does not hold is an error.
 */

import { launch } from "../tests/support/chromium.ts";
import { build, startProduct, startScript } from "../tests/support/product.ts";
import { bare } from "./bare.ts";
import { median, pairedRatio, quantile } from "./figures.ts";
import { peerjs } from "./peerjs.ts";
import { measure } from "./rounds.ts";
import { servePages } from "./serve_pages.ts";
import type { Times } from "./subject.ts";
import { zvonok } from "./zvonok.ts";

const ROUNDS = Number(Deno.env.get("ROUNDS") ?? 12);

/** How long a camera takes to open, in ms. */
const CAMERAS_MS = [0, 600];

const FIGURES = { ring: "click → rings", caller: "accept → caller sees", callee: "accept → callee sees" } as const;

/** The most that the product may take to ring, in ms: the other side's page is there, and permission is given. */
const RING_BUDGET_MS = 20;
/** The most that it may take until one sees the other, as a share of what a bare pair takes. */
const SEEN_BUDGET = 0.95;

await build();
await using stack = new AsyncDisposableStack();
const product = stack.use(await startProduct());
const peerServer = stack.use(await startScript(["run", "-A", "--lock=tests/deno.lock", "bench/peer_server.ts"], {}));
const pages = stack.use(servePages());
const browser = stack.use(await launch());
let failed = 0;
for (const cameraMs of CAMERAS_MS) {
  const subjects = [
    await bare(browser, pages.url, cameraMs),
    await peerjs(browser, pages.url, new URL(peerServer.url).port, cameraMs),
    await zvonok(browser, product.url, cameraMs),
  ];
  report(cameraMs, await measure(subjects, ROUNDS));
  for (const subject of subjects) await subject[Symbol.asyncDispose]();
}
if (failed > 0 && Deno.args.includes("--assert")) Deno.exitCode = 1;

function report(cameraMs: number, measured: Map<string, Times[]>): void {
  console.log(`\na camera that opens after ${cameraMs} ms: median of ${ROUNDS} calls in ms (middle half)`);
  for (const [name, times] of measured) {
    const cells = (Object.keys(FIGURES) as (keyof Times)[]).map((figure) => {
      const values = times.map((one) => one[figure]).filter((value) => value !== null);
      if (values.length === 0) return "";
      const [low, mid, high] = [0.25, 0.5, 0.75].map((share) => quantile(values, share).toFixed(0));
      return `${FIGURES[figure]} ${mid!.padStart(4)} (${low}–${high})`;
    });
    console.log(`  ${name.padEnd(8)} ${cells.map((cell) => cell.padEnd(36)).join("")}`);
  }
  const ours = measured.get("Zvonok")!;
  const ring = median(ours.map((one) => one.ring!));
  judge(`rings after ${ring.toFixed(0)} ms`, ring, RING_BUDGET_MS);
  for (const side of ["caller", "callee"] as const) {
    for (const [of, theirs] of measured) {
      if (of === "Zvonok") continue;
      const ratio = pairedRatio(ours.map((one) => one[side]), theirs.map((one) => one[side]));
      const what = `${FIGURES[side]}: ${ratio.toFixed(2)} × ${of}`;
      if (of === "bare") judge(what, ratio, SEEN_BUDGET);
      else console.log(`  ${what}`);
    }
  }
}

function judge(what: string, value: number, budget: number): void {
  const holds = value <= budget;
  if (!holds) failed++;
  console.log(`  ${what}, budget ${budget}: ${holds ? "holds" : "DOES NOT HOLD"}`);
}
