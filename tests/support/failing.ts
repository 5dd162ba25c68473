/** The product, in which something prints an error, as packages do, and then something fails that nobody catches. */

await import("../../start.ts");
console.error(new TypeError("printed by a package"));
setTimeout(() => {
  throw new RangeError("caught by nobody");
}, 100);
