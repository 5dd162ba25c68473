/** `deno task load`: calls on a server that runs, from outside, as its people would make them (docs/load.md). */

import { Load } from "./load/load.ts";
import { type LoadOptions, readOptions, USAGE, UsageError } from "./load/options.ts";
import { breaches, progress, table } from "./load/report.ts";

/** Nothing was measured. */
const USELESS = 2;
const PROGRESS_MS = 1_000;
/** Everybody is in by then, in ms, and 20 ms later for each of them. */
const OPEN_MS = 60_000;

if (import.meta.main) Deno.exit(await main());

async function main(): Promise<number> {
  let options: LoadOptions;
  try {
    options = readOptions(Deno.args, (name) => Deno.env.get(name));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n\n${USAGE}`);
    return USELESS;
  }
  for (const url of options.urls) {
    const why = await unreadiness(url);
    if (why === null) continue;
    console.error(`${url}: ${why}`);
    return USELESS;
  }
  const load = new Load();
  try {
    await within(OPEN_MS + 20 * (options.clients + options.idle), load.open(options, live()));
  } catch (error) {
    const seen = [...load.figures.errors].map(([code, count]) => `${code} ${count}`).join(", ");
    console.error(`\nNot everybody could be let in: ${(error as Error).message}${seen && `; ${seen}`}`);
    return USELESS;
  }
  const { figures } = load;
  const start = performance.now();
  const say = live();
  const timer = setInterval(
    () => say(progress(figures, load.going, (performance.now() - start) / 1000)),
    PROGRESS_MS,
  );
  await load.run(options.callsPerSecond, options.seconds);
  clearInterval(timer);
  await load[Symbol.asyncDispose]();
  console.error();
  console.log(table(figures));
  const found = breaches(figures, options);
  for (const line of found) console.log(line);
  return found.length > 0 ? 1 : 0;
}

/** Why a server cannot be called, in one line; `null`: it can. */
async function unreadiness(url: string): Promise<string | null> {
  try {
    const response = await fetch(`${url}/readyz`, { redirect: "manual" });
    const text = (await response.text()).trim().split("\n")[0]!.slice(0, 200);
    if (response.ok && text === "ready") return null;
    return response.status === 503 ? `it is not ready: ${text}` : "it does not answer as Zvonok does";
  } catch {
    return "it cannot be reached";
  }
}

/** Shows one line that changes where somebody looks at it, and else one now and then. */
function live(): (line: string) => void {
  const isTerminal = Deno.stderr.isTerminal();
  let saidAt = -Infinity;
  return (line) => {
    const now = performance.now();
    if (!isTerminal && now - saidAt < 5 * PROGRESS_MS) return;
    saidAt = now;
    Deno.stderr.writeSync(new TextEncoder().encode(isTerminal ? `\r\x1b[K${line}` : `${line}\n`));
  };
}

async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`it took longer than ${Math.round(ms / 1000)} s`)), ms);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
