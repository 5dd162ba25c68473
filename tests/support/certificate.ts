/** A certificate for 127.0.0.1 that nobody has signed but itself. */

/** Files with it and its key in a directory of their own; `await using` removes them. */
export interface Certificate extends AsyncDisposable {
  readonly cert: string;
  readonly key: string;
}

/** Makes one, with OpenSSL. */
export async function selfSigned(): Promise<Certificate> {
  const directory = await Deno.makeTempDir({ prefix: "zvonok-certificate-" });
  // A self-signed certificate that calls itself an authority may not speak for a server.
  const { cert, key } = await make(directory, "cert", [...HERE, "-addext", "basicConstraints=critical,CA:FALSE"]);
  return { cert, key, [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }) };
}

/** The same, signed by an authority that only `authority`, a file, makes known. */
export async function signed(): Promise<Certificate & { readonly authority: string }> {
  const directory = await Deno.makeTempDir({ prefix: "zvonok-certificate-" });
  const authority = await make(directory, "authority", ["-subj", "/CN=Authority of a test"]);
  const by = ["-CA", authority.cert, "-CAkey", authority.key];
  const { cert, key } = await make(directory, "cert", [
    ...HERE,
    ...by,
    "-addext",
    "basicConstraints=critical,CA:FALSE",
  ]);
  return {
    cert,
    key,
    authority: authority.cert,
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}

const HERE = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];

async function make(directory: string, name: string, more: string[]): Promise<{ cert: string; key: string }> {
  const [cert, key] = [`${directory}/${name}.pem`, `${directory}/${name}.key`];
  const { success, stderr } = await new Deno.Command("openssl", {
    args: ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
      .concat(["-keyout", key, "-out", cert, ...more]),
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return { cert, key };
}
