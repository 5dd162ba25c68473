/** What is kept in SQLite must not throw at who calls: a disk that is full, say, is told of once. */

export class Attempts {
  readonly #tell: (why: string) => void;
  #trouble = "";
  #isClosed = false;

  /** `tell` takes why something failed: once, until something works again or fails in another way. */
  constructor(tell: (why: string) => void) {
    this.#tell = tell;
  }

  /** Does it; or gives `otherwise`, where that fails. */
  try<T>(otherwise: T, action: () => T): T {
    // What was under way when the server left wants nothing any more.
    if (this.#isClosed) return otherwise;
    try {
      const result = action();
      this.#trouble = "";
      return result;
    } catch (error) {
      const { message } = error as Error;
      if (message !== this.#trouble) this.#tell(message);
      this.#trouble = message;
      return otherwise;
    }
  }

  /** Nothing is done after this. */
  close(): void {
    this.#isClosed = true;
  }
}
