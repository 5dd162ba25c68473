/**
 * The product as Deno Deploy serves it (its reference, "Runtime" and "Builds"): installed and built by the `deploy` section of
 * `deno.json`, then started from that alone, from caches only, with nothing that may be written to, and stopped by SIGINT.
 */

import { cp } from "node:fs/promises";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "./ports.ts";
import { SECRET } from "./product.ts";
import { until } from "./until.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** What is made, not written. */
const MADE = /(^|\/)(node_modules|_fresh|\.git|tmp-\w+)(\/|$)/;

/** When Deno Deploy kills an instance that it told to stop, in ms. */
const KILL_MS = 5_000;

/** A build, with a cache of its own; `await using` removes it. */
export class Deployment implements AsyncDisposable {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Copies the checkout, and runs what `deno.json` says; the packages come from this machine's cache. */
  static async build(): Promise<Deployment> {
    const folder = await Deno.makeTempDir({ prefix: "zvonok-deployed-" });
    const deployment = new Deployment(folder);
    await cp(ROOT, deployment.#root, { recursive: true, filter: (path) => !MADE.test(relative(ROOT, path)) });
    const { npmCache } = JSON.parse(await outputOf(Deno.execPath(), ["info", "--json"], {}));
    await Deno.mkdir(deployment.#cache);
    await Deno.symlink(npmCache, `${deployment.#cache}/npm`);
    const { deploy } = JSON.parse(await Deno.readTextFile(`${deployment.#root}/deno.json`));
    for (const command of [deploy.install, deploy.build]) {
      const [, ...args] = command.split(" ");
      const env = { DENO_DIR: deployment.#cache, CI: "true", DENO_DEPLOY: "true" };
      await outputOf(Deno.execPath(), args, { cwd: deployment.#root, env });
    }
    setWritable(folder, false);
    return deployment;
  }

  get #root(): string {
    return `${this.#folder}/checkout`;
  }

  get #cache(): string {
    return `${this.#folder}/cache`;
  }

  /** Takes from the cache what Deno compiled: the next start has to do it again. */
  forgetCompiled(): void {
    setWritable(this.#folder, true);
    for (const { name } of Deno.readDirSync(this.#cache)) {
      if (name !== "npm") Deno.removeSync(`${this.#cache}/${name}`, { recursive: true });
    }
    setWritable(this.#folder, false);
  }

  /** Starts an instance, and waits until it answers. */
  async start(env: Record<string, string> = {}): Promise<Instance> {
    const port = freePort();
    const startedAt = performance.now();
    // Root may write anywhere: not without this capability (capabilities(7)).
    const drop = Deno.uid() === 0 ? ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override"] : [];
    const [command, ...args] = [...drop, Deno.execPath(), "serve", "-A", "--cached-only", "_fresh/server.js"];
    const log = await Deno.makeTempFile({ prefix: "zvonok-log-" });
    const child = new Deno.Command("sh", {
      args: ["-c", 'exec "$@" >"$0" 2>&1', log, command!, ...args],
      cwd: this.#root,
      clearEnv: true,
      env: {
        PATH: Deno.env.get("PATH") ?? "",
        DENO_DIR: this.#cache,
        DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${port}`,
        DENO_DEPLOY: "true",
        DENO_DEPLOYMENT_ID: "deployment",
        DENO_TIMELINE: "production",
        STUN_URLS: "",
        SESSION_SECRET: SECRET,
        ...env,
      },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const instance = new Instance(child, `http://127.0.0.1:${port}`, log);
    await until("the instance answers", async () => {
      if (instance.hasEnded) throw new Error(`The instance ended:\n${instance.output}`);
      return await statusOf(`${instance.url}/healthz`) === 200;
    });
    instance.startMs = performance.now() - startedAt;
    return instance;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    setWritable(this.#folder, true);
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** An instance that runs; `await using` stops it. */
export class Instance implements AsyncDisposable {
  readonly url: string;
  /** How long it took until it answered, in ms. */
  startMs = 0;
  readonly #child: Deno.ChildProcess;
  readonly #log: string;
  #stopped: Promise<Deno.CommandStatus> | null = null;
  hasEnded = false;

  constructor(child: Deno.ChildProcess, url: string, log: string) {
    this.#child = child;
    this.url = url;
    this.#log = log;
    child.status.then(() => this.hasEnded = true);
  }

  /** What it has printed so far, both streams. */
  get output(): string {
    return Deno.readTextFileSync(this.#log);
  }

  /** Stops it as Deno Deploy does: SIGINT, and SIGKILL where that does not do. */
  stop(): Promise<Deno.CommandStatus> {
    return this.#stopped ??= this.#stop();
  }

  async #stop(): Promise<Deno.CommandStatus> {
    if (!this.hasEnded) this.#child.kill("SIGINT");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), KILL_MS);
    const status = await this.#child.status;
    clearTimeout(timer);
    return status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await Deno.remove(this.#log);
  }
}

/** The status that an address is answered with; `null` where nobody answers. */
export async function statusOf(url: string): Promise<number | null> {
  const answer = await fetch(url).catch(() => null);
  await answer?.body?.cancel();
  return answer?.status ?? null;
}

async function outputOf(command: string, args: string[], options: Deno.CommandOptions): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args, stdin: "null", ...options }).output();
  if (!success) throw new Error(`${args.join(" ")} failed:\n${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

/** Files of packages share their bytes, and so their mode, with the cache of this machine: those stay as they are. */
function setWritable(path: string, isWritable: boolean): void {
  const { mode, nlink, isDirectory, isSymlink } = Deno.lstatSync(path);
  if (isSymlink) return;
  if (isDirectory || nlink === 1) Deno.chmodSync(path, isWritable ? mode! | 0o200 : mode! & ~0o222);
  if (isDirectory) { for (const { name } of Deno.readDirSync(path)) setWritable(`${path}/${name}`, isWritable); }
}
