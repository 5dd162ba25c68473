/** One product for all tests of a file, over HTTP. */

import { Guest } from "./guest.ts";
import { build, type Product, startProduct } from "./product.ts";

/** Builds and starts the product before the first test of the file that calls this, and stops it after the last. */
export function served(env: Record<string, string> = {}) {
  let product: Product;
  Deno.test.beforeAll(async () => {
    await build();
    product = await startProduct(env);
  });
  Deno.test.afterAll(async () => await product[Symbol.asyncDispose]());
  return {
    product: () => product,
    /** Somebody whom the server does not know. */
    visitor: (origin?: string | null) => new Guest(product.url, origin),
    /** Somebody who has said their name. */
    named: (name: string) => Guest.named(product.url, name),
  };
}
