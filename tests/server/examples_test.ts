/** What examples/ has for who runs the product: as far as it can be tried where there is neither systemd nor a container runtime. */

import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { isCommand } from "../support/commands.ts";
import { freePort } from "../support/ports.ts";
import { PRODUCT, SECRET, startScript } from "../support/product.ts";
import { until } from "../support/until.ts";

const ROOT = new URL("../../", import.meta.url);
const read = (path: string) => Deno.readTextFile(new URL(path, ROOT));

/** The instructions of a Containerfile, in order. */
function instructionsOf(text: string): [name: string, rest: string][] {
  return Array.from(text.matchAll(/^([A-Z]+) (.*)$/gm), ([, name, rest]) => [name!, rest!]);
}

Deno.test("examples: what the Containerfile copies is all that its steps and its command need", async () => {
  const folder = await Deno.makeTempDir({ prefix: "zvonok-container-" });
  await using stack = new AsyncDisposableStack();
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const env: Record<string, string> = {};
  let command: string[] = [];
  for (const [name, rest] of instructionsOf(await read("examples/Containerfile"))) {
    switch (name) {
      case "COPY": {
        const words = rest.split(" ");
        const to = words.pop()!.replace(/^\/app/, folder);
        for (const from of words) {
          await cp(new URL(from, ROOT), to.endsWith("/") ? to + from : to, { recursive: true });
        }
        break;
      }
      case "RUN":
        await run(rest.split(" "), folder);
        break;
      case "ENV":
        for (const pair of rest.split(" ")) Object.assign(env, Object.fromEntries([pair.split("=")]));
        break;
      case "CMD":
        command = JSON.parse(rest);
    }
  }
  assert.equal(command[0], "deno");
  assert.deepEqual(env, { HOST: "0.0.0.0", PORT: "8000" });
  const port = String(freePort());
  const args = [...command.slice(1, 2), `--cwd=${folder}`, ...command.slice(2)];
  // As whoever sets nothing more has it: the log is in its own place.
  const own = { HOST: "127.0.0.1", PORT: port, SESSION_SECRET: SECRET, DATA_DIR: "" };
  const product = await startScript(args, { ...env, ...own });
  stack.defer(() => product[Symbol.asyncDispose]());
  assert.equal(await fetch(`${product.url}/`).then((answer) => answer.text().then(() => answer.status)), 200);
  await until(
    "the call log is there",
    () => Deno.stat(`${folder}/data/calls.db`).then(({ isFile }) => isFile, () => null),
  );
  assert.match(
    await read("examples/Containerfile"),
    /^# .* -v zvonok-data:\/app\/data /m,
    "which is what the volume keeps",
  );
});

Deno.test("examples: the unit keeps what is written where the server writes it", async () => {
  const unit = await read("examples/zvonok.service");
  const value = (name: string) => new RegExp(`^${name}=(.*)$`, "m").exec(unit)?.[1] ?? assert.fail(name);
  // By `deno task serve` in a folder, its log is in `data` below that: the container's test sees that.
  assert.equal(value("ExecStart").replace(/^\S+\//, ""), "deno task serve");
  assert.equal(value("BindPaths"), `/var/lib/private/${value("StateDirectory")}:${value("WorkingDirectory")}/data`);
});

Deno.test({
  name: "examples: systemd takes the unit as it is",
  ignore: !isCommand("systemd-analyze"),
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "zvonok-unit-" });
    const unit = (await read("examples/zvonok.service")).replace("/usr/local/bin/deno", Deno.execPath());
    await Deno.writeTextFile(`${folder}/zvonok.service`, unit);
    const { code, stdout, stderr } = await new Deno.Command("systemd-analyze", {
      args: ["verify", `${folder}/zvonok.service`],
    }).output();
    const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    await Deno.remove(folder, { recursive: true });
    assert.deepEqual([code, said], [0, ""]);
  },
});

Deno.test("examples: the container and the unit run what the tests run", async () => {
  const { tasks } = JSON.parse(await read("deno.json"));
  assert.equal(tasks.serve.replace(" --allow-write=data", ""), ["deno", ...PRODUCT].join(" "));
  assert.match(await read("examples/zvonok.service"), /^ExecStart=\S+\/deno task serve$/m);
  assert.match(await read("examples/Containerfile"), /^CMD \["deno", "task", "serve"\]$/m);
});

/** Runs a step; whom it makes the owner of something is left out, who is in the image only. */
async function run([command, ...args]: string[], cwd: string): Promise<void> {
  assert.ok(command === "deno" || command === "install");
  if (command === "install") args.splice(args.indexOf("-o"), 2);
  const path = command === "deno" ? Deno.execPath() : command;
  const { success, stderr } = await new Deno.Command(path, { args, cwd, stdin: "null" }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}
