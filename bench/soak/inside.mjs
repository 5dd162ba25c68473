/**
 * Loaded before a server that is soaked: for each SIGHUP it collects garbage once, and prints what the script engine holds then, in bytes,
 * and how many timers are set.
 */

import process from "node:process";

const set = new Set();
const { setTimeout, setInterval, clearTimeout, clearInterval } = globalThis;

globalThis.setTimeout = (act, ms, ...args) => {
  const timer = setTimeout(() => {
    set.delete(timer);
    act(...args);
  }, ms);
  set.add(timer);
  return timer;
};
globalThis.setInterval = (...args) => {
  const timer = setInterval(...args);
  set.add(timer);
  return timer;
};
globalThis.clearTimeout = globalThis.clearInterval = (timer) => {
  set.delete(timer);
  clearTimeout(timer);
  clearInterval(timer);
};

process.on("SIGHUP", () => {
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  console.log(`inside ${JSON.stringify({ heap: heapUsed + external, timers: set.size })}`);
});
