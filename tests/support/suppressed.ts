/**
 * What a `SuppressedError` holds is told. Where a test fails and its clearing up does too, Deno prints nothing but that one was suppressed;
 * but of every error it prints the cause. For whoever imports this.
 */

Object.defineProperty(SuppressedError.prototype, "cause", {
  configurable: true,
  get(this: SuppressedError): Error {
    return new Error(`Clearing up failed as well: ${this.error?.stack ?? this.error}`, { cause: this.suppressed });
  },
});
