/** Pairs of people in chats of two, each with an open socket, and the calls between them. */

import { burst, CallForms, callId, CANDIDATES, chatId, type Ids, kindOf, userId } from "./call_frames.ts";
import { frame, RawSocket } from "./raw_socket.ts";
import { headOf, type Subject } from "./subjects.ts";

/** Sockets that are being opened at a time. */
const OPENING = 250;
/** Between two candidates of a side, in ms: ICE's pace is 50 (RFC 8445, section 14.2), gathering is faster. */
const TRICKLE_MS = 8;
/** The caller's first candidate leaves so long after its offer, in ms: an answer is there by then, so that none has to wait for one. */
const FIRST_CANDIDATE_MS = 25;
/** Nothing of a call may take longer, in ms. */
const LOST_MS = 20_000;

let calls = 0;

/** Two people who can call each other. */
export class Pair {
  readonly #sockets: { readonly caller: RawSocket; readonly callee: RawSocket };
  readonly #ids: Omit<Ids, "call">;

  constructor(ids: Omit<Ids, "call">, caller: RawSocket, callee: RawSocket) {
    this.#ids = ids;
    this.#sockets = { caller, callee };
  }

  /** One call as fast as it goes: each side writes its description and its candidates in one piece. */
  call(forms: CallForms): Promise<void> {
    const { caller, callee } = this.#sockets;
    const { offer, answer, callerCandidates, calleeCandidates, end } = forms.fill({
      ...this.#ids,
      call: callId(calls++),
    });
    return this.#over({
      onOffer: () => callee.write(burst(answer, calleeCandidates)),
      onAllForCaller: () => caller.write(end),
      start: () => caller.write(burst(offer, callerCandidates)),
    });
  }

  /** Leaves a call going on that both have described and trickled. */
  async enterCall(forms: CallForms): Promise<void> {
    const { caller, callee } = this.#sockets;
    const { offer, answer, callerCandidates, calleeCandidates } = forms.fill({ ...this.#ids, call: callId(calls++) });
    const there = Promise.withResolvers<void>();
    let due = 2 * CANDIDATES + 2;
    const onText = (socket: RawSocket, onOffer: () => void) => {
      socket.onText = (payload) => {
        if (kindOf(payload) === "description") onOffer();
        if (kindOf(payload) !== null && --due === 0) there.resolve();
      };
    };
    onText(callee, () => callee.write(burst(answer, calleeCandidates)));
    onText(caller, () => {});
    caller.write(burst(offer, callerCandidates));
    await inTime(there.promise, "a call that goes on");
  }

  /** One call as people make it, candidate by candidate; `at` runs something later. Adds to `latencies`, in ms. */
  trickledCall(forms: CallForms, at: (ms: number, action: () => void) => void, latencies: number[]): Promise<void> {
    const { offer, answer, callerCandidates, calleeCandidates, end } = forms.fill({
      ...this.#ids,
      call: callId(calls++),
    });
    const sentAt = { caller: [] as number[], callee: [] as number[] };
    const send = (from: "caller" | "callee", bytes: Uint8Array) => {
      sentAt[from].push(performance.now());
      this.#sockets[from].write(bytes);
    };
    const trickle = (from: "caller" | "callee", candidates: readonly Uint8Array[], first: number) =>
      candidates.forEach((candidate, n) => at(first + n * TRICKLE_MS, () => send(from, candidate)));
    let isTrickled = false;
    let hasAll = false;
    const hangUp = () => {
      if (isTrickled && hasAll) send("caller", end);
    };
    return this.#over({
      onOffer: () => {
        send("callee", answer);
        trickle("callee", calleeCandidates, TRICKLE_MS);
      },
      onAllForCaller: () => {
        hasAll = true;
        hangUp();
      },
      onMessage: (from) => latencies.push(performance.now() - sentAt[from].shift()!),
      start: () => {
        send("caller", offer);
        trickle("caller", callerCandidates, FIRST_CANDIDATE_MS);
        at(FIRST_CANDIDATE_MS + CANDIDATES * TRICKLE_MS, () => {
          isTrickled = true;
          hangUp();
        });
      },
    });
  }

  async close(): Promise<void> {
    await this.#sockets.caller.close();
    await this.#sockets.callee.close();
  }

  /** A call from its start until the callee has its end. All 27 messages have to come, the descriptions and the end in their places. */
  #over({ onOffer, onAllForCaller, onMessage = () => {}, start }: {
    onOffer(): void;
    onAllForCaller(): void;
    onMessage?(from: "caller" | "callee"): void;
    start(): void;
  }): Promise<void> {
    const { caller, callee } = this.#sockets;
    const over = Promise.withResolvers<void>();
    const wrong = (who: string, payload: Uint8Array) =>
      over.reject(
        new Error(`The ${who} is told in the wrong place: ${new TextDecoder().decode(payload).slice(0, 200)}`),
      );
    let toCallee = 0;
    let toCaller = 0;
    callee.onText = (payload) => {
      const kind = kindOf(payload);
      if (kind === null) return;
      onMessage("caller");
      toCallee++;
      if (kind === "description") return toCallee === 1 ? onOffer() : wrong("callee", payload);
      if (kind === "end") return toCallee === CANDIDATES + 2 ? over.resolve() : wrong("callee", payload);
    };
    caller.onText = (payload) => {
      const kind = kindOf(payload);
      if (kind === null) return;
      onMessage("callee");
      toCaller++;
      if (kind === "end" || kind === "description" && toCaller !== 1) return wrong("caller", payload);
      if (toCaller === CANDIDATES + 1) onAllForCaller();
    };
    caller.onEnd = callee.onEnd = () => over.reject(new Error("The server closed a socket in a call"));
    start();
    return inTime(over.promise, "a call").finally(() => {
      caller.onText = callee.onText = () => {};
      caller.onEnd = callee.onEnd = () => {};
    });
  }
}

async function inTime<Value>(promise: Promise<Value>, what: string): Promise<Value> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`${what}: some of it did not come within ${LOST_MS} ms`)),
    LOST_MS,
  );
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Opens the sockets of pairs that nobody else uses, at the ports in turn: numbers of users begin at `first`. */
export async function openPairs(
  subject: Subject,
  ports: readonly number[],
  count: number,
  first: number,
): Promise<Pair[]> {
  const people = Array.from(
    { length: count * 2 },
    (_, n) => ({ user: first + n, chat: chatId(Math.floor((first + n) / 2)) }),
  );
  const heads = people.map(({ user, chat }) => headOf(user, chat));
  const sockets: RawSocket[] = [];
  let next = 0;
  const openSome = async () => {
    while (next < people.length) {
      const n = next++;
      const { user, chat } = people[n]!;
      sockets[n] = await open(subject, ports[n % ports.length]!, subject.path(user, chat), heads[n]!);
    }
  };
  await Promise.all(Array.from({ length: OPENING }, openSome));
  return Array.from({ length: count }, (_, n) => {
    const [caller, callee] = [people[2 * n]!, people[2 * n + 1]!];
    const ids = { chat: caller.chat, caller: userId(caller.user), callee: userId(callee.user) };
    return new Pair(ids, sockets[2 * n]!, sockets[2 * n + 1]!);
  });
}

/** A socket that is of use: the server has said its greetings. */
async function open(subject: Subject, port: number, path: string, head: string[]): Promise<RawSocket> {
  const greeted = Promise.withResolvers<void>();
  let due = subject.greetings;
  if (due === 0) greeted.resolve();
  const socket = await RawSocket.open(new URL(`http://127.0.0.1:${port}${path}`), head, () => {
    if (--due === 0) greeted.resolve();
  }, subject.heartbeat);
  if (subject.hello !== null) socket.write(frame(subject.hello));
  await inTime(greeted.promise, `${subject.name}: a greeting`);
  return socket;
}
