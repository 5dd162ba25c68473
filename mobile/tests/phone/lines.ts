/** The native side's queue: what it tells arrives in order, and later than the answers to what was asked. */

/** How much later events arrive, in ms. */
const LATE_MS = 5;

type Listener = (event: unknown) => void;

const listeners = new Map<string, Set<Listener>>();

/** Tells an event at once: those that the JavaScript side needs before an answer. */
export function emitNow(name: string, event: unknown): void {
  for (const listener of [...listeners.get(name) ?? []]) listener(event);
}

/** Tells an event. */
export function emit(name: string, event: unknown): void {
  setTimeout(() => emitNow(name, event), LATE_MS);
}

/** React Native's emitter, native and its own: as far as react-native-webrtc uses them. */
export class EventEmitter {
  readonly #own = this.constructor === EventEmitter ? new Map<string, Set<Listener>>() : listeners;

  addListener(name: string, listener: Listener) {
    const all = this.#own.get(name) ?? new Set();
    this.#own.set(name, all.add(listener));
    return { remove: () => all.delete(listener) };
  }

  emit(name: string, event: unknown): void {
    for (const listener of [...this.#own.get(name) ?? []]) listener(event);
  }
}

export class NativeEventEmitter extends EventEmitter {}
