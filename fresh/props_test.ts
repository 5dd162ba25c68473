import { signal } from "@preact/signals";
import assert from "node:assert/strict";
import { h } from "preact";
import { parse } from "./client.ts";
import { stringify } from "./props.ts";

function roundTrip<T>(value: T): T {
  const json = stringify([{ value }], ["Test"]);
  return (parse(json) as [{ value: T }])[0].value;
}

Deno.test.each([
  ["a string", 'x</script>"\u2028'],
  ["a boolean", false],
  ["null", null],
  ["undefined", undefined],
  ["numbers", [0, -0, 1.5, NaN, Infinity, -Infinity]],
  ["a bigint", 2n ** 70n],
  ["a Date", new Date(5)],
  ["an object without a prototype", Object.assign(Object.create(null), { id: "7" })],
  ["a URL", new URL("https://example.com/?q=1")],
  ["bytes", new Uint8Array([0, 255])],
  ["a Set", new Set(["a", 1])],
  ["a Map", new Map<unknown, unknown>([[{ k: 1 }, [undefined]]])],
  ["a tree", { a: [{ b: { c: [] } }], d: {} }],
])("props carry %s", (_name, value) => {
  const read: unknown = roundTrip(value);
  assert.deepEqual(read, Object.getPrototypeOf(value ?? 0) === null ? { ...(value as object) } : value);
});

Deno.test("props carry signals by value, shared and cyclic references", () => {
  const count = signal(3);
  const node: Record<string, unknown> = { count, again: count };
  node.self = node;
  node.set = new Set([node]);
  const read = roundTrip(node) as typeof node & { count: typeof count };
  assert.equal(read.count.value, 3);
  assert.equal(read.count, read.again);
  assert.notEqual(read.count, count);
  assert.equal(read.self, read);
  assert((read.set as Set<unknown>).has(read));
});

Deno.test.each([
  ["a function", { list: [() => {}] }, "<Test>.value.list[0] is a function"],
  ["a symbol", Symbol(), "<Test>.value is a symbol"],
  ["JSX", h("p", null), "<Test>.value is JSX"],
  ["a RegExp", new Map([["k", /x/]]), "<Test>.value<value> is of a kind"],
])("props refuse %s and say where", (_name, value, message) => {
  assert.throws(() => roundTrip(value), (error: Error) => {
    assert(error instanceof TypeError);
    assert(error.message.startsWith(message), error.message);
    return true;
  });
});
