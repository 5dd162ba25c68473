/**
 * `deno task fresh:real` puts the real Fresh in the place of this folder, where JSR can be reached; `deno task fresh:stand-in` puts
 * this folder back. Each changes all that says which of them is used: `links` and `exclude` in `deno.json`, and both locks. One
 * that does not succeed leaves these files as they were.
 *
 * @module
 */

const ROOT = new URL("../../", import.meta.url);
const CONFIG = "deno.json";
const LOCKS = ["deno.lock", "tests/deno.lock"];

/** What stands in `deno.json` with the stand-in, and without it. */
const EDITS = [
  ['  "links": ["./vendor/fresh"],\n  "tasks": {', '  "tasks": {'],
  ['  "exclude": [', '  "exclude": ["vendor", '],
] as const;

/** Where a lock of the stand-in is kept while the real one is in its place. */
const kept = (lock: string) => `vendor/fresh/locks/${lock}`;

const read = (path: string) => Deno.readTextFileSync(new URL(path, ROOT));
const write = (path: string, text: string) => Deno.writeTextFileSync(new URL(path, ROOT), text);

/** From here on Deno takes Fresh from JSR, and puts it into the locks when it installs. */
function leave(): void {
  Deno.mkdirSync(new URL(kept("tests/"), ROOT), { recursive: true });
  for (const lock of LOCKS) write(kept(lock), read(lock));
  write(CONFIG, EDITS.reduce((config, [here, away]) => replaced(config, here, away), read(CONFIG)));
}

/** From here on Deno takes Fresh from this folder, with what was locked when it was left. */
function comeBack(): void {
  write(CONFIG, EDITS.reduce((config, [here, away]) => replaced(config, away, here), read(CONFIG)));
  for (const lock of LOCKS) write(lock, read(kept(lock)));
}

function replaced(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`${CONFIG} does not say ${from}`);
  return text.replace(from, to);
}

/** Has Deno find all modules of the app, which writes into both locks what Fresh it got. */
function isFound(): boolean {
  return LOCKS.every((lock) => {
    const args = ["cache", "--quiet", `--lock=${lock}`, "--frozen=false", "main.ts", "dev.ts"];
    return new Deno.Command(Deno.execPath(), { args, cwd: ROOT, stderr: "inherit" }).outputSync().success;
  });
}

function main(name: string | undefined): number {
  if (name !== "real" && name !== "stand-in") {
    console.error("Which one: real or stand-in?");
    return 1;
  }
  const isLinked = "links" in JSON.parse(read(CONFIG));
  if (isLinked === (name === "stand-in")) {
    console.log(`It is the ${name === "real" ? "real Fresh" : "stand-in"} already.`);
    return 0;
  }
  const before = [CONFIG, ...LOCKS].map((path) => [path, read(path)] as const);
  if (name === "real") leave();
  else comeBack();
  const isDone = isFound();
  if (!isDone) {
    for (const [path, text] of before) write(path, text);
    console.error(`That did not work: it is ${name === "real" ? "the stand-in" : "the real Fresh"} still.`);
  }
  if (isDone === (name === "stand-in")) Deno.removeSync(new URL(kept(""), ROOT), { recursive: true });
  return isDone ? 0 : 1;
}

Deno.exit(main(Deno.args[0]));
