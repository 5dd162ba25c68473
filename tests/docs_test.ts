/** The documentation says what the schemas say. */

import assert from "node:assert/strict";
import type { z } from "zod";
import { clientMessages } from "../shared/protocol/client_messages.ts";
import { errorCodes, tokenProblems } from "../shared/protocol/errors.ts";
import { serverMessages } from "../shared/protocol/server_messages.ts";
import { Webhook } from "../signaling/log/webhook.ts";
import { Guest } from "./support/guest.ts";
import { build, startProduct } from "./support/product.ts";

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

Deno.test("docs: the check of a webhook's signature takes what the server sends, and nothing else", async () => {
  const page = await Deno.readTextFile(new URL("../docs/receipts.md", import.meta.url));
  const code = /```ts\n(import \{ Buffer.*?)```/s.exec(page)?.[1] ?? assert.fail("there is no such code");
  const { verify } = await import(`data:application/typescript,${encodeURIComponent(code)}`);
  const sent = Promise.withResolvers<[string, Headers]>();
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (req) => {
    sent.resolve([await req.text(), req.headers]);
    return new Response();
  });
  const key = crypto.getRandomValues(new Uint8Array(32));
  const webhook = new Webhook({ url: `http://127.0.0.1:${server.addr.port}`, keys: [new Uint8Array(24), key] });
  webhook.send("call.ended", "call", "2026-01-02T03:04:05.678Z", { n: 1 });
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

Deno.test("docs: the README's ten lines let a host application's user into their chat", async () => {
  const readme = await Deno.readTextFile(new URL("../README.md", import.meta.url));
  const code = /```ts\n(import \{ SignJWT.*?)```/s.exec(readme)?.[1] ?? assert.fail("there is no such code");
  const { callOf } = await import(`data:application/typescript,${encodeURIComponent(code)}`);
  const secret = "what only the two servers know";
  const html: string = await callOf({ id: "ada", name: "Ada", chats: ["project-x"] }, "project-x", secret);
  assert.match(html, /<iframe name="call".*<form .*action="https:\/\/calls\.example\.org\/enter" target="call">/s);
  const [chat, token] = ["chat", "token"].map((name) => new RegExp(`name="${name}" value="([^"]*)"`).exec(html)![1]!);
  await build();
  await using product = await startProduct({ JWT_SECRET: secret, GUESTS: "off" });
  const ada = new Guest(product.url);
  const entered = await ada.submit("/enter", { chat: chat!, token: token! });
  assert.deepEqual([entered.status, entered.headers.get("location")], [303, "/chat/project-x"]);
  assert.equal((await ada.get("/api/session")).json.user.name, "Ada");
});

Deno.test("docs: what a page refers to is there", async () => {
  const root = new URL("../", import.meta.url);
  const pages = ["README.md", "CONTRIBUTING.md", "vendor/fresh/README.md"];
  for await (const { name } of Deno.readDir(new URL("docs/", root))) {
    if (name.endsWith(".md")) pages.push(`docs/${name}`);
  }
  const missing: string[] = [];
  for (const path of pages) {
    const page = new URL(path, root);
    for (const [, target] of (await Deno.readTextFile(page)).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
      const { pathname, hash } = new URL(target!, page);
      const found = await Deno.readTextFile(pathname).catch(() => null);
      const headings = Array.from(found?.matchAll(/^#+ (.*)$/gm) ?? [], ([, text]) => anchorOf(text!));
      if (found === null || (hash !== "" && !headings.includes(hash))) missing.push(`${path}: ${target}`);
    }
  }
  assert.deepEqual(missing, []);
});

Deno.test("docs: the files that architecture and glossary name are there", async () => {
  const root = new URL("../", import.meta.url);
  const known = new Set<string>();
  const walk = async (folder: string) => {
    for await (const { name, isDirectory } of Deno.readDir(new URL(folder, root))) {
      if (isDirectory) await walk(`${folder}${name}/`);
      else known.add(`${folder}${name}`);
    }
  };
  for (const folder of ["shared/", "signaling/", "islands/", "components/", "routes/", "static/", "tests/", "docs/"]) {
    await walk(folder);
  }
  const isThere = (named: string) => [...known].some((path) => path === named || path.endsWith(`/${named}`));
  const missing: string[] = [];
  for (const page of ["docs/architecture.md", "docs/glossary.md"]) {
    const text = await Deno.readTextFile(new URL(page, root));
    const names = Array.from(text.matchAll(/`([^`\s*]+\.(?:tsx?|css|md))`/g), ([, name]) => name!);
    assert.ok(names.length > 0, page);
    missing.push(
      ...names.filter((name) => !isThere(name) && !["main.ts", "start.ts"].includes(name)).map((name) =>
        `${page}: ${name}`
      ),
    );
  }
  assert.deepEqual(missing, []);
});

/** The fragment by which GitHub knows a heading. */
function anchorOf(heading: string): string {
  return `#${heading.toLowerCase().replaceAll(/[^\p{L}\p{N} -]/gu, "").replaceAll(" ", "-")}`;
}

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
