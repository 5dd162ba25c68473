import type { Clock } from "../../shared/client/platform/platform.ts";

/** What `start` resolves with, or `otherwise` where it does not within some ms. */
export function withTimeout<T>(
  { after }: Pick<Clock, "after">,
  ms: number,
  otherwise: T,
  start: (resolve: (value: T) => void) => void,
): Promise<T> {
  return new Promise((resolve) => {
    const cancel = after(ms, () => resolve(otherwise));
    start((value) => {
      cancel();
      resolve(value);
    });
  });
}
