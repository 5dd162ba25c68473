/** A certificate for 127.0.0.1 that nobody has signed but itself. */

/** Files with it and its key in a directory of their own; `await using` removes them. */
export interface Certificate extends AsyncDisposable {
  readonly cert: string;
  readonly key: string;
}

/** Makes one, with OpenSSL. */
export async function selfSigned(): Promise<Certificate> {
  const directory = await Deno.makeTempDir({ prefix: "zvonok-certificate-" });
  const [cert, key] = [`${directory}/cert.pem`, `${directory}/key.pem`];
  const { success, stderr } = await new Deno.Command("openssl", {
    args: ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
      .concat(["-keyout", key, "-out", cert, "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"])
      // A self-signed certificate that calls itself an authority may not speak for a server.
      .concat(["-addext", "basicConstraints=critical,CA:FALSE"]),
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return { cert, key, [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }) };
}
