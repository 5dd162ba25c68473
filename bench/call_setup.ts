/**
 * How long it takes from the callee's accept until each side sees the other, cameras open: the product, PeerJS, and two bare
 * RTCPeerConnections in one page, in one run. With `--assert`, a budget that does not hold is an error.
 */

import { launch } from "../tests/support/chromium.ts";
import { build, startProduct, startScript } from "../tests/support/product.ts";
import { bare } from "./bare.ts";
import { pairedRatio, quantile } from "./figures.ts";
import { peerjs } from "./peerjs.ts";
import { measure } from "./rounds.ts";
import { servePages } from "./serve_pages.ts";
import type { Times } from "./subject.ts";
import { zvonok } from "./zvonok.ts";

const ROUNDS = 24;
const SIDES = ["caller", "callee"] as const satisfies (keyof Times)[];

/** The most that the product may take, as a share of what the others take. */
const BUDGETS = { bare: { caller: 0.9, callee: 1 }, PeerJS: { caller: 1, callee: 1 } };

await build();
await using stack = new AsyncDisposableStack();
const product = stack.use(await startProduct());
const peerServer = stack.use(await startScript(["run", "-A", "--lock=tests/deno.lock", "bench/peer_server.ts"], {}));
const pages = stack.use(servePages());
const browser = stack.use(await launch());
const measured = await measure([
  stack.use(await bare(browser, pages.url)),
  stack.use(await peerjs(browser, pages.url, new URL(peerServer.url).port)),
  stack.use(await zvonok(browser, product.url)),
], ROUNDS);

console.log(`accept → first remote frame, cameras open: median of ${ROUNDS} calls in ms (middle half)`);
for (const [name, times] of measured) {
  const cells = SIDES.map((side) => {
    const [low, mid, high] = [0.25, 0.5, 0.75].map((share) =>
      quantile(times.map((one) => one[side]), share).toFixed(0)
    );
    return `${side} ${mid!.padStart(4)} ${`(${low}–${high})`.padEnd(10)}`;
  });
  console.log(`  ${name.padEnd(8)} ${cells.join("  ")}`);
}
let failed = 0;
for (const [of, shares] of Object.entries(BUDGETS)) {
  for (const side of SIDES) {
    const ratio = pairedRatio(
      measured.get("Zvonok")!.map((one) => one[side]),
      measured.get(of)!.map((one) => one[side]),
    );
    const holds = ratio <= shares[side];
    if (!holds) failed++;
    console.log(
      `  ${ratio.toFixed(2)} × ${of} at the ${side}, budget ${shares[side]}: ${holds ? "holds" : "DOES NOT HOLD"}`,
    );
  }
}
if (failed > 0 && Deno.args.includes("--assert")) Deno.exitCode = 1;
