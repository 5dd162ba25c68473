/** A registry as JSR is one, on this machine, which has one package: this folder, as `@fresh/core`. */

const HERE = new URL("../", import.meta.url);

/** Serves it; `url` is what `JSR_URL` has to be. */
export async function serveRegistry(): Promise<AsyncDisposable & { url: string }> {
  const { name, version, exports, imports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", HERE)));
  const files = new Map<string, string>();
  for await (const { name } of Deno.readDir(HERE)) {
    if (!/^(?!.*_test).*\.ts$/.test(name)) continue;
    files.set(`/${name}`, published(await Deno.readTextFile(new URL(name, HERE)), imports));
  }
  const manifest: Record<string, unknown> = {};
  for (const [path, text] of files) manifest[path] = { size: bytes(text).length, checksum: await checksum(text) };
  const at = `/${name}/${version}`;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ url }) => {
    const { pathname } = new URL(url);
    if (pathname === `/${name}/meta.json`) return Response.json({ latest: version, versions: { [version]: {} } });
    if (pathname === `${at}_meta.json`) return Response.json({ manifest, exports });
    const file = pathname.startsWith(`${at}/`) ? files.get(pathname.slice(at.length)) : undefined;
    return file === undefined ? new Response(null, { status: 404 }) : new Response(file);
  });
  return { url: `http://127.0.0.1:${server.addr.port}/`, [Symbol.asyncDispose]: () => server.shutdown() };
}

/** A module with its packages named in full, as JSR writes them when it takes one in. */
function published(text: string, imports: Record<string, string>): string {
  return text.replace(/(\bfrom |\bimport\()"([^".][^"]*)"/g, (all, before, specifier) => {
    const known = Object.keys(imports).find((name) => specifier === name || specifier.startsWith(`${name}/`));
    return known === undefined ? all : `${before}"${imports[known]}${specifier.slice(known.length)}"`;
  });
}

const bytes = (text: string) => new TextEncoder().encode(text);

async function checksum(text: string): Promise<string> {
  return `sha256-${new Uint8Array(await crypto.subtle.digest("SHA-256", bytes(text))).toHex()}`;
}
