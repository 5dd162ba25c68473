/** Steps one after the other, also where the receiver makes the engine take another one in the midst of one. */

import type { Step } from "./engine.ts";

/** The receiver, given whole steps in the order in which they come: one that comes in the midst of another waits for its end. */
export function inOrder(receive: (step: Step) => void): (step: Step) => void {
  const waiting: Step[] = [];
  let isBusy = false;
  return (step) => {
    if (isBusy) {
      waiting.push(step);
      return;
    }
    isBusy = true;
    try {
      receive(step);
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) receive(next);
    } finally {
      isBusy = false;
    }
  };
}
