/** `deno task turn`, as somebody at a terminal has it: a TURN server to try, and nothing left of it after Ctrl-C. */

import assert from "node:assert/strict";
import { freePort } from "../support/ports.ts";
import { TextLineStream } from "../support/line_stream.ts";
import { build, startProduct } from "../support/product.ts";
import { turnTest } from "../support/turn.ts";

const ROOT = new URL("../../", import.meta.url);

/** The command in a process group of its own, as a terminal starts it; `directory` is where it keeps temporary files. */
function start(port: number | string, directory: string, env: Record<string, string> = {}): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["task", "turn", `${port}`],
    cwd: ROOT,
    env: { TMPDIR: directory, NO_COLOR: "1", ...env },
    detached: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function* linesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  yield* stream.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
}

/** A directory that must be empty in the end. */
async function temporary(): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir({ prefix: "zvonok-task-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path) };
}

turnTest(
  "deno task turn: the line it prints starts a product that is ready to relay; Ctrl-C leaves nothing",
  async () => {
    await build();
    await using directory = await temporary();
    const port = freePort();
    await using child = start(port!, directory.path);
    const complaints = new Response(child.stderr).text();
    const lines = linesOf(child.stdout);
    let env: Record<string, string> | null = null;
    for (let line = await lines.next(); env === null && !line.done; line = await lines.next()) {
      const [, urls, secret] = /^TURN_URLS='([^']+)' TURN_SECRET=(\w+) deno task start$/.exec(line.value) ?? [];
      if (urls !== undefined && secret !== undefined) env = { TURN_URLS: urls, TURN_SECRET: secret };
    }
    if (env === null) throw new Error(`Nothing to start with:\n${await complaints}`);
    assert.deepEqual(env.TURN_URLS!.split(",").map((url) => url.replace(/^turn:[\d.]+:/, "")), [
      `${port}`,
      `${port}?transport=tcp`,
    ]);

    const another = await start(port!, directory.path).output();
    assert.equal(another.code, 1);
    assert.match(new TextDecoder().decode(another.stderr), new RegExp(`Port ${port} is in use`));

    await using product = await startProduct({ ...env, READY_CHECK_TURN: "on" });
    const readyz = async () => await (await fetch(`${product.url}/readyz`)).text();
    assert.equal(await readyz(), "ready\n");

    Deno.kill(-child.pid, "SIGINT");
    for await (const _ of lines); // to its end
    assert.equal((await child.status).code, 0, await complaints);
    const [hostname] = /[\d.]+(?=:)/.exec(env.TURN_URLS!)!;
    await assert.rejects(Deno.connect({ hostname, port: port! }), Deno.errors.ConnectionRefused);
  },
);

turnTest("deno task turn: says how to install coturn where it is missing, and refuses what is no port", async () => {
  await using directory = await temporary();
  const port = freePort();
  for (
    const [args, env, words] of [
      [port!, { PATH: "/nowhere" }, /coturn is missing\. Install it/],
      ["65536", {}, /Expected a port/],
      ["--help", {}, /Expected a port/],
    ] as const
  ) {
    const { code, stderr } = await start(args, directory.path, env).output();
    assert.equal(code, 1);
    assert.match(new TextDecoder().decode(stderr), words);
  }
});
