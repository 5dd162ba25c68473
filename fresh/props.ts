import { Signal } from "@preact/signals";
import { isValidElement } from "preact";

/** Numbers that JSON has no word for, and `undefined`, by negative index. */
const CONSTANTS = [, undefined, NaN, Infinity, -Infinity, -0];

/**
 * Writes the props of islands as JSON for the reader in client.ts: a list of
 * nodes that refer to each other by index, so shared and cyclic references survive.
 *
 * @throws {TypeError} naming the place of a value that cannot be sent.
 */
export function stringify(props: Record<string, unknown>[], names: string[]): string {
  const nodes: unknown[] = [];
  const seen = new Map<unknown, number>();

  const add = (value: unknown, path: string): number => {
    const constant = CONSTANTS.findIndex((c, i) => i > 0 && Object.is(c, value));
    if (constant > 0) return -constant;
    const known = seen.get(value);
    if (known !== undefined) return known;
    const index = nodes.push(null) - 1;
    seen.set(value, index);
    nodes[index] = encode(value, path);
    return index;
  };

  const encode = (value: unknown, path: string): unknown => {
    if (typeof value === "bigint") return ["BigInt", String(value)];
    if (typeof value === "function" || typeof value === "symbol") {
      throw new TypeError(`${path} is a ${typeof value}: it cannot be sent`);
    }
    if (typeof value !== "object" || value === null) return value;
    if (value instanceof Signal) return ["Signal", add(value.peek(), path)];
    // Objects without a prototype, such as ctx.params, are valid elements to Preact.
    if (isValidElement(value) && "props" in value && "type" in value) {
      throw new TypeError(`${path} is JSX: islands take no JSX`);
    }
    if (value instanceof Date) return ["Date", add(value.getTime(), path)];
    if (value instanceof URL) return ["URL", value.href];
    if (value instanceof Uint8Array) return ["Uint8Array", [...value]];
    if (Array.isArray(value)) {
      return Array.from(value, (item, i) => add(item, `${path}[${i}]`));
    }
    if (value instanceof Set) {
      return ["Set", [...value].map((item) => add(item, `${path}<item>`))];
    }
    if (value instanceof Map) {
      return [
        "Map",
        [...value].map(([key, item]) => [
          add(key, `${path}<key>`),
          add(item, `${path}<value>`),
        ]),
      ];
    }
    if (Object.prototype.toString.call(value) !== "[object Object]") {
      throw new TypeError(`${path} is of a kind that cannot be sent`);
    }
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key,
        add(item, `${path}.${key}`),
      ]),
    );
  };

  nodes.push(null);
  nodes[0] = props.map((value, i) => add(value, `<${names[i]}>`));
  return JSON.stringify(nodes);
}
