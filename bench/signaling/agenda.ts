/** Things to do at their times. */

/** What is to be done when, looked at every millisecond. */
export class Agenda {
  readonly #due = new Map<number, (() => void)[]>();
  readonly #start = performance.now();
  #isStopped = false;

  at(ms: number, action: () => void): void {
    const when = Math.ceil(performance.now() - this.#start + ms);
    const actions = this.#due.get(when);
    if (actions) actions.push(action);
    else this.#due.set(when, [action]);
  }

  async run(): Promise<void> {
    for (let done = 0; !this.#isStopped;) {
      for (const now = performance.now() - this.#start; done <= now; done++) {
        for (const action of this.#due.get(done) ?? []) action();
        this.#due.delete(done);
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  stop(): void {
    this.#isStopped = true;
  }
}
