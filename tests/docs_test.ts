/** The documentation says what the schemas say. */

import assert from "node:assert/strict";
import type { z } from "zod";
import { clientMessages, errorCodes, serverMessages, tokenProblems } from "../shared/protocol.ts";
import { Webhook } from "../signaling/webhook.ts";

const text = await Deno.readTextFile(new URL("../docs/protocol.md", import.meta.url));

/** The rows of the table under a heading: the first cell's code, and the second cell's. */
function table(heading: string): Record<string, string> {
  const section = text.split(/^## /m).find((part) => part.startsWith(heading)) ?? assert.fail(heading);
  const rows = section.matchAll(/^\| `([^`]+)` +\| (?:`([^`]*)`)?/gm);
  return Object.fromEntries(Array.from(rows, ([, name, fields]) => [name!, fields ?? ""]));
}

function fieldsOf(schemas: Record<string, z.ZodObject>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(schemas).map(([type, { shape }]) => [
      type,
      Object.entries(shape).filter(([name]) => name !== "type")
        .map(([name, field]) => (field as z.ZodType).safeParse(undefined).success ? `${name}?` : name).join(", "),
    ]),
  );
}

Deno.test("docs: the message tables are the schemas", () => {
  assert.deepEqual(table("Client to server"), fieldsOf(clientMessages));
  assert.deepEqual(table("Server to client"), fieldsOf(serverMessages));
});

Deno.test("docs: the README's check of a webhook's signature takes what the server sends, and nothing else", async () => {
  const readme = await Deno.readTextFile(new URL("../README.md", import.meta.url));
  const code = /```ts\n(import \{ Buffer.*?)```/s.exec(readme)?.[1] ?? assert.fail("there is no such code");
  const { verify } = await import(`data:application/typescript,${encodeURIComponent(code)}`);
  const sent = Promise.withResolvers<[string, Headers]>();
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (req) => {
    sent.resolve([await req.text(), req.headers]);
    return new Response();
  });
  const key = crypto.getRandomValues(new Uint8Array(32));
  const webhook = new Webhook({ url: `http://127.0.0.1:${server.addr.port}`, keys: [new Uint8Array(24), key] });
  webhook.send("call.ended", "2026-01-02T03:04:05.678Z", { n: 1 });
  const [body, headers] = await sent.promise;
  await webhook.close(1_000);
  const secret = `whsec_${btoa(String.fromCharCode(...key))}`;
  assert.deepEqual(verify(body, headers, secret).data, { n: 1 });
  assert.throws(() => verify(body + " ", headers, secret), /Not signed/);
  assert.throws(() => verify(body, headers, `whsec_${btoa("x".repeat(32))}`), /Not signed/);
  assert.throws(
    () => verify(body, new Headers({ ...Object.fromEntries(headers), "webhook-timestamp": "1" }), secret),
    /Too old/,
  );
});

Deno.test("docs: the receipt's fields are all there", () => {
  for (const field of Object.keys(clientMessages["call:receipt"].shape.receipt.shape)) {
    assert.match(text, new RegExp(`\\| .*\`${field}\`.* \\|`), field);
  }
});

Deno.test("docs: the error table has every code", () => {
  assert.deepEqual(Object.keys(table("Errors")).toSorted(), errorCodes.toSorted());
});

Deno.test("docs: the table of a host application's token has every word", () => {
  const words = Object.keys(table("A host application's token")).filter((word) => word.startsWith("TOKEN_"));
  assert.deepEqual(words.toSorted(), tokenProblems.toSorted());
});
