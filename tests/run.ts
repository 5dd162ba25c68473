/**
 * `deno task test`: installs what the tests need where it is missing, runs every test with leak sanitizers on, several files at a
 * time, and closes with the runner's own counts on a line `N passed, N failed`.
 */

import { findChromium } from "./support/chromium.ts";
import { isCommand } from "./support/commands.ts";
import { findFirefox } from "./support/firefox.ts";

/**
 * These have the machine for themselves, after all others: they measure how fast a call recovers, or how much picture a browser
 * affords, and would measure a neighbour too; or they run two browsers in one call, or one and a phone, which takes two cores, or a relay that takes every
 * packet apart in JavaScript: where it has no core for itself it loses a third of them, and the call goes down to the voice; or several
 * servers, each of which counts as dead where it does nothing for seconds.
 */
const ALONE = [
  "network/nat",
  "network/weak_network",
  "network/adaptive",
  "calls/quality",
  "calls/slow_computer",
  "network/recovery",
  "calls/firefox",
  "push/firefox",
  "calls/verification",
  "server/nodes",
  "server/node_chaos",
  "network/processes",
  "network/deploy",
  "network/store",
  "pages/app",
  "phone/phone_to_web",
].map((name) => `tests/${name}_test.ts`);

/** Test files at a time: each may run a browser with two people in a video call, which takes about a core. */
const JOBS = Math.max(1, Math.min(4, navigator.hardwareConcurrency));

/**
 * Debian's packages that tests want, and whether this machine has what is in them. Only the browser is a must: without the
 * others, tests say what they leave out. `service` is one that Debian starts with the package, and nobody asked for.
 */
const WANTED: readonly [name: string, isHere: () => boolean, service?: string][] = [
  ["chromium", () => findChromium() !== null],
  ["firefox-esr", () => findFirefox() !== null],
  ["coturn", () => isCommand("turnserver")],
  ["openssl", () => isCommand("openssl")],
  ["iproute2", () => isCommand("ip")],
  ["nftables", () => isCommand("nft")],
  ["nginx-light", () => isCommand("nginx"), "nginx"],
  ["caddy", () => isCommand("caddy"), "caddy"],
  ["redis-server", () => isCommand("redis-server"), "redis-server"],
  // For promtool, which knows the conventions of metrics.
  ["prometheus", () => isCommand("promtool"), "prometheus"],
];

if (import.meta.main) Deno.exit(await main());

async function main(): Promise<number> {
  await installMissing();
  if (findChromium() === null) {
    console.error(
      "The tests need Chromium or Chrome. Install one (on Debian: apt-get install chromium), or set CHROME_PATH.",
    );
    return 1;
  }
  const all = Deno.args.length === 0;
  // The flag takes the place of what deno.json excludes: the phone's app is npm's to test.
  const ignored = [...ALONE, "mobile", "_fresh"].join();
  const together = await test(all ? ["--parallel", `--ignore=${ignored}`] : Deno.args);
  const alone = all ? await test(ALONE) : NOTHING;
  console.log(`${together.passed + alone.passed} passed, ${together.failed + alone.failed} failed`);
  return together.success && alone.success ? 0 : 1;
}

/** What became of one run of the runner. */
interface Counts {
  readonly success: boolean;
  readonly passed: number;
  readonly failed: number;
}

const NOTHING: Counts = { success: true, passed: 0, failed: 0 };

async function test(args: string[]): Promise<Counts> {
  const report = await Deno.makeTempFile({ prefix: "zvonok-tests-", suffix: ".xml" });
  const { success } = await run(Deno.execPath(), [
    "test",
    "-A",
    "--lock=tests/deno.lock",
    "--sanitize-ops",
    "--sanitize-resources",
    `--junit-path=${report}`,
    ...args,
  ], { DENO_JOBS: String(JOBS) });
  const counts = countsOf(await Deno.readTextFile(report));
  await Deno.remove(report);
  return { success, ...counts };
}

/**
 * The counts of the JUnit report that the runner wrote. Steps are listed there as `test > step`, and count with their test; what
 * was left out did not pass.
 */
function countsOf(report: string): Omit<Counts, "success"> {
  const cases = [...report.matchAll(/<testcase name="([^"]*)"[^>]*>(.*?)<\/testcase>/gs)];
  const tests = cases.filter(([, name, body]) => !name!.includes(" &gt; ") && !body!.includes("<skipped"));
  const failed = tests.filter(([, , body]) => /<(failure|error)/.test(body!)).length;
  return { passed: tests.length - failed, failed };
}

/** With Debian's package manager, as root or through a sudo that asks for no password; where there is neither, nothing happens. */
async function installMissing(): Promise<void> {
  const wanted = WANTED.filter(([, isHere]) => !isHere());
  const missing = wanted.map(([name]) => name);
  if (Deno.build.os !== "linux" || missing.length === 0 || !isCommand("apt-get")) return;
  const asRoot = Deno.uid() === 0 ? [] : ["sudo", "-n"];
  if (asRoot.length > 0 && !isCommand("sudo")) return;
  console.log(`Installing with apt-get what is missing: ${missing.join(", ")}.`);
  // One after the other: a package that a distribution lacks keeps none of the others away.
  await runAs(asRoot, ["apt-get", "-qq", "update"]);
  for (const name of missing) await runAs(asRoot, ["apt-get", "-qq", "install", "-y", name]);
  for (const [, isHere, service] of wanted) {
    if (service === undefined || !isHere()) continue;
    await runAs(asRoot, ["service", service, "stop"]);
    await runAs(asRoot, ["update-rc.d", service, "disable"]);
  }
}

async function runAs(asRoot: string[], words: string[]): Promise<void> {
  const [command, ...args] = [...asRoot, ...words];
  await run(command!, args, { DEBIAN_FRONTEND: "noninteractive" });
}

function run(command: string, args: string[], env: Record<string, string> = {}): Promise<Deno.CommandStatus> {
  return new Deno.Command(command, { args, env, stdin: "null" }).spawn().status;
}
