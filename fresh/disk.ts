import { dirname, join, relative } from "node:path";
import type { Build } from "./dev.ts";

const NOTE = "// Made by the build; edits are lost.\n";

/** Writes a build to its `outDir`, which it clears first. */
export async function writeBuild(build: Build): Promise<void> {
  const { bundles, outDir, serverEntry, statics } = build;
  await Deno.remove(outDir, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.mkdir(outDir, { recursive: true });
  const paths = new Map(statics);
  for (const [name, bytes] of bundles) {
    const path = join(outDir, "static", name);
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeFile(path, bytes);
    paths.set(name, path);
  }
  const files = [...paths].map(([name, path]) =>
    `[${JSON.stringify(name)}, new URL(${specifier(outDir, path)}, here)]`
  );
  await Deno.writeTextFile(join(outDir, "snapshot.js"), snapshotModule(build, files));
  await Deno.writeTextFile(
    join(outDir, "server.js"),
    `${NOTE}import { setSnapshot } from "fresh/internal";
import { app } from ${specifier(outDir, serverEntry)};
import snapshot from "./snapshot.js";

setSnapshot(app, snapshot);
export default { fetch: app.handler() };
`,
  );
}

function snapshotModule(build: Build, files: string[]): string {
  const { buildId, clientEntry, islands, outDir, routes } = build;
  const imports = [...islands, ...routes].map(({ path }, i) => `import * as m${i} from ${specifier(outDir, path)};`);
  const islandList = islands.map(({ url }, i) => `{ url: ${JSON.stringify(url)}, module: m${i} }`);
  const routeList = routes.map(({ id }, i) => `{ id: ${JSON.stringify(id)}, module: m${islands.length + i} }`);
  return `${NOTE}${imports.join("\n")}

const here = import.meta.url;

export default {
  mode: "production",
  buildId: ${JSON.stringify(buildId)},
  clientEntry: ${JSON.stringify(clientEntry)},
  islands: [${islandList.join(", ")}],
  routes: [${routeList.join(", ")}],
  files: new Map([
    ${files.join(",\n    ")},
  ]),
};
`;
}

/** A quoted module specifier; encoded, for paths may hold `%` and `#`. */
function specifier(from: string, to: string): string {
  const path = relative(from, to).replaceAll("\\", "/");
  return JSON.stringify("./" + path.split("/").map(encodeURIComponent).join("/"));
}
