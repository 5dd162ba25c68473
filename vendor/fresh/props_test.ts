import { signal } from "@preact/signals";
import assert from "node:assert/strict";
import { parse } from "devalue";
import { h } from "preact";
import { build } from "./build.ts";
import { REVIVERS } from "./client.ts";
import { App } from "./mod.ts";
import { loggedErrors } from "./testdata/serve.ts";

const Island = () => null;
build.islands.set(Island, { name: "Island", url: "/island.js" });

/** What an island gets in the browser for a prop on the server. */
async function sent<T>(value: T): Promise<T> {
  build.routes = new Map([["/index", { default: () => h(Island, { value } as object) }]]);
  const response = await new App().fsRoutes().handler()(new Request("http://localhost/"));
  const html = await response.text();
  const [, text, isRich] = /boot\(\[i0\],(".*")(,true)?\)<\/script>/.exec(html)!;
  const read = JSON.parse(text!);
  return (isRich ? parse(read, REVIVERS) : JSON.parse(read))[0].value;
}

Deno.test.each([
  ["a string", 'x</script><!-- "\u2028'],
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
])("props carry %s", async (_name, value: unknown) => {
  assert.deepEqual(await sent(value), value);
});

Deno.test.each([
  ["text, numbers, lists and trees", { a: ["x", 1, true, null, { b: [] }] }, false],
  ["the same tree twice", ((tree) => [tree, tree])({ a: 1 }), true],
  ["undefined", { a: undefined }, true],
  ["a hole in a list", Array(1), true],
  ["minus zero", -0, true],
  ["no number", NaN, true],
  ["a Date", new Date(5), true],
  ["a signal", signal(1), true],
])("props with %s take devalue to the browser where JSON would lose something", async (_name, value, isRich) => {
  build.routes = new Map([["/index", { default: () => h(Island, { value } as object) }]]);
  const response = await new App().fsRoutes().handler()(new Request("http://localhost/"));
  assert.equal(/boot\(\[i0\],".*",true\)<\/script>/.test(await response.text()), isRich);
});

Deno.test("props carry signals by value, shared and cyclic references", async () => {
  const count = signal(3);
  const node: Record<string, unknown> = { count, again: count };
  node.self = node;
  node.set = new Set([node]);
  const read = await sent(node) as typeof node & { count: typeof count };
  assert.equal(read.count.value, 3);
  assert.equal(read.count, read.again);
  assert.notEqual(read.count, count);
  assert.equal(read.self, read);
  assert((read.set as Set<unknown>).has(read));
});

Deno.test.each([
  ["a function", { list: [() => {}] }, "Cannot stringify a function"],
  ["a symbol", Symbol(), "Cannot stringify a Symbol primitive"],
  ["a symbol as a key", { [Symbol()]: 1 }, "Cannot stringify POJOs with symbolic keys"],
  ["a key that sets a prototype", JSON.parse('{"__proto__":{}}'), "Cannot stringify objects with __proto__ keys"],
  ["what writes itself as JSON", { toJSON: () => "a" }, "Cannot stringify a function"],
  ["JSX", h("p", null), "Islands take no JSX"],
  ["an instance of a class", new Map([["k", new App()]]), "Cannot stringify arbitrary non-POJOs"],
])("props refuse %s", async (_name, value: unknown, message) => {
  const errors = await loggedErrors(async () => {
    await assert.rejects(sent(value));
  });
  assert(String(errors[0]).includes(message), String(errors[0]));
});
