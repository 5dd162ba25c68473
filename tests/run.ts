/**
 * `deno task test`: installs what the tests need where it is missing, runs every test with leak
 * sanitizers on, and closes with the runner's own counts on a line `N passed, N failed`.
 */

import { findChromium } from "./support/chromium.ts";

const SUITES = ["shared", "signaling", "fresh", "tests"];

if (import.meta.main) Deno.exit(await main());

async function main(): Promise<number> {
  if (findChromium() === null && !await installChromium()) {
    console.error(
      "The tests need Chromium or Chrome. Install one (on Debian: apt-get install chromium), or set CHROME_PATH.",
    );
    return 1;
  }
  const report = await Deno.makeTempFile({ prefix: "zvonok-tests-", suffix: ".xml" });
  const suites = Deno.args.length > 0 ? Deno.args : SUITES;
  const { success } = await run(Deno.execPath(), [
    "test",
    "-A",
    "--lock=tests/deno.lock",
    "--sanitize-ops",
    "--sanitize-resources",
    `--junit-path=${report}`,
    ...suites,
  ]);
  console.log(closingLine(await Deno.readTextFile(report)));
  await Deno.remove(report);
  return success ? 0 : 1;
}

/** The counts of the JUnit report that the runner wrote. Steps are listed there as `test > step`, and count with their test. */
function closingLine(report: string): string {
  const cases = [...report.matchAll(/<testcase name="([^"]*)"[^>]*>(.*?)<\/testcase>/gs)];
  const tests = cases.filter(([, name]) => !name!.includes(" &gt; "));
  const failed = tests.filter(([, , body]) => /<(failure|error)/.test(body!)).length;
  return `${tests.length - failed} passed, ${failed} failed`;
}

/** With Debian's package manager, as root or through a sudo that asks for no password. */
async function installChromium(): Promise<boolean> {
  if (Deno.build.os !== "linux") return false;
  const asRoot = Deno.uid() === 0 ? [] : ["sudo", "-n"];
  console.log("Chromium is missing: installing it with apt-get.");
  for (const args of [["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"]]) {
    const [command, ...rest] = [...asRoot, ...args];
    try {
      if (!(await run(command!, rest, { DEBIAN_FRONTEND: "noninteractive" })).success) return false;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  }
  return findChromium() !== null;
}

function run(command: string, args: string[], env: Record<string, string> = {}): Promise<Deno.CommandStatus> {
  return new Deno.Command(command, { args, env, stdin: "null" }).spawn().status;
}
