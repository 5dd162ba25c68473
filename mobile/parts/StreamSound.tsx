/** A stream's sound: on a phone the native side plays what comes in by itself. */
export function StreamSound(_: { stream: MediaStream }): null {
  return null;
}
