/** The documentation says what the schemas say. */

import assert from "node:assert/strict";
import type { z } from "zod";
import { clientMessages, errorCodes, serverMessages } from "../shared/protocol.ts";

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

Deno.test("docs: the error table has every code", () => {
  assert.deepEqual(Object.keys(table("Errors")).toSorted(), errorCodes.toSorted());
});
