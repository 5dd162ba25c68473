/**
 * Bun from its npm package. Not in tests/deno.lock: whoever runs a test would install its 100 MB with all other packages there. So it
 * comes with an exact version into Deno's own cache, when this benchmark is run.
 */

const VERSION = "1.4.5";
const PLATFORM = `bun-${Deno.build.os}-${Deno.build.arch === "x86_64" ? "x64" : Deno.build.arch}`;
const OUTSIDE = ["--no-config", "--no-lock", "--node-modules-dir=none"];

/** Where Bun is, installed if need be; `null` where it cannot be had. */
export async function bunPath(): Promise<string | null> {
  // The package `bun` holds no more than a script that looks for one of these.
  const name = `@oven/${PLATFORM}`;
  const run = async (...args: string[]) => {
    const { success, stdout } = await new Deno.Command(Deno.execPath(), { args, stderr: "null" }).output();
    return success ? new TextDecoder().decode(stdout) : null;
  };
  if (await run("cache", ...OUTSIDE, `npm:${name}@${VERSION}`) === null) return null;
  const info = await run("info", "--json", ...OUTSIDE);
  const { npmCache } = JSON.parse(info ?? "{}");
  for await (const registry of Deno.readDir(npmCache)) {
    const path = `${npmCache}/${registry.name}/${name}/${VERSION}/bin/bun`;
    const runs = await new Deno.Command(path, { args: ["--version"] }).output().then(
      ({ success }) => success,
      () => false,
    );
    if (runs) return path;
  }
  return null;
}
