/** What devices said and were told of calls, noted as it happened, and whether it makes sense. */

import type { ServerMessage, ServerMessages } from "../../../shared/protocol/server_messages.ts";
import { type CallOperation, CALLS, type Ending } from "./calls.ts";
import { linearize, type Operation } from "./linearizable.ts";

/** An answer that is told from all others: by its session name (RFC 8866, section 5.3). */
export function named<Description extends { readonly sdp: string }>(description: Description, name: string) {
  return { ...description, sdp: description.sdp.replace(/^s=.*?(\r?)$/m, `s=${name}$1`) };
}
/** Its name, or `-` where it has none. */
export const nameOf = (sdp: string) => /^s=(.*?)\r?$/m.exec(sdp)?.[1] ?? NO_NAME;
const NO_NAME = "-";

/** What one device says may be overtaken by what another one says later, for no longer than this, in ms. */
const OVERTAKEN_MS = 5_000;

interface Span {
  readonly from: number;
  readonly until: number;
}

/** The earliest time of each. */
class Times extends Map<string, number> {
  note(key: string, at: number): void {
    this.set(key, Math.min(at, this.get(key) ?? Infinity));
  }
}

/** What is known of a chat's calls; times are in ms. */
class ChatHistory {
  /** When a call was placed, by its id; without one, under `""`. */
  readonly placed = new Times();
  readonly rang = new Times();
  /** Answers by name: by whom, for which call, when. */
  readonly answers = new Map<string, { readonly by: string; readonly callId: string | null; readonly from: number }>();
  /** Which answer came to the caller of a call, and when. */
  readonly won = new Map<string, Times>();
  /** Devices of a call that were told that another one answered. */
  readonly elsewhere = new Map<string, Times>();
  readonly ends = new Map<string, Times>();
  /** When somebody hung up or declined. */
  readonly hungUp: number[] = [];
  /** When a device asked to go on with a call. */
  readonly resumed = new Times();
  /** Calls that were placed under an id that was in use before: of which call one hears is not known. */
  readonly again = new Set<string>();
}

export class History {
  readonly #chats = new Map<string, ChatHistory>();
  readonly #losses: Span[] = [];
  readonly #interruptions: Span[] = [];

  /** A device is about to send a frame. `by`: the device, as no other one is called. */
  sent(by: string, frame: string, at = performance.now()): void {
    const message = read(frame);
    if (message === null) return;
    const { type, chatId, callId } = message;
    const chat = this.#of(chatId);
    if (type === "call:initiate") {
      const isKnown = callId !== undefined && (chat.placed.has(callId) || chat.resumed.has(callId));
      if (isKnown) chat.again.add(callId);
      chat.placed.note(callId ?? "", at);
    }
    if (type === "call:end" || type === "call:reject") chat.hungUp.push(at);
    if (type === "call:resume") chat.resumed.note(callId!, at);
    const name = nameOf(message.answer?.sdp ?? "");
    if (type === "call:answer" && !chat.answers.has(name)) {
      chat.answers.set(name, { by, callId: callId ?? null, from: at });
    }
  }

  /** A device was given a message. */
  heard(by: string, message: ServerMessage, at = performance.now()): void {
    if (!("callId" in message) || message.callId === undefined) return;
    const { type, chatId, callId } = message;
    const chat = this.#of(chatId!);
    if (type === "call:offer" || type === "call:ringing" || type === "call:answer") chat.rang.note(callId, at);
    if (type === "call:answer") timesOf(chat.won, callId).note(nameOf(message.answer.sdp), at);
    if (type === "call:end" && message.reason === "answered-elsewhere") timesOf(chat.elsewhere, callId).note(by, at);
    else if (type === "call:end" || type === "call:rejected") timesOf(chat.ends, callId).note(endingOf(message), at);
  }

  /** All that the server knew was lost, at some time between these. */
  lost(from: number, until: number): void {
    this.#losses.push({ from, until });
    this.interrupted(from, until);
  }

  /** A process could not reach the store: it takes back a call of which it does not know whether it was placed. */
  interrupted(from: number, until: number): void {
    this.#interruptions.push({ from, until });
  }

  /** What the calls of all chats came to. */
  get counts(): { readonly rang: number; readonly answered: number; readonly ended: number } {
    const chats = [...this.#chats.values()];
    const sum = (of: (chat: ChatHistory) => ReadonlyMap<string, unknown>) =>
      chats.reduce((sum, chat) => sum + [...of(chat).keys()].filter((callId) => chat.rang.has(callId)).length, 0);
    return { rang: sum(({ rang }) => rang), answered: sum(({ won }) => won), ended: sum(({ ends }) => ends) };
  }

  /** What cannot have been so: no order of what happened explains it, or nobody did it. */
  faults(): string[] {
    return [...this.#chats].flatMap(([chatId, chat]) => {
      const faults: string[] = [];
      const operations = this.#operations(chat, (fault) => faults.push(`${chatId}: ${fault}`));
      if (faults.length > 0) return faults;
      const result = linearize(operations, CALLS);
      if ("order" in result) return [];
      const stuckAt = new Set(result.stuckAt.map((does) => "callId" in does ? does.callId : null));
      const about = operations.filter(({ does }) => "callId" in does && stuckAt.has(does.callId));
      return [`${chatId}: in no order: ${JSON.stringify(result.stuckAt)}, of ${JSON.stringify(about)}`];
    });
  }

  #operations(chat: ChatHistory, complain: (fault: string) => void): Operation<CallOperation>[] {
    const operations: Operation<CallOperation>[] = this.#losses.map((loss) => ({ does: { type: "lost" }, ...loss }));
    const add = (does: CallOperation, from: number, until: number) => operations.push({ does, from, until });
    const winners = new Set<string>();
    for (const [callId, until] of chat.rang) {
      if (chat.again.has(callId)) continue;
      const from = chat.placed.get(callId) ?? chat.placed.get("") ?? NaN;
      if (!(from <= until)) complain(`${callId} rings, and nobody placed it`);
      add({ type: "ring", callId }, from, until);
      const elsewhere = this.#elsewhere(chat, callId);
      if (elsewhere.size > 0) add({ type: "answered", callId }, from, Math.min(...elsewhere.values()));
      for (const [answer, at] of chat.won.get(callId) ?? []) {
        const given = chat.answers.get(answer);
        winners.add(answer);
        if (given === undefined) complain(`${callId} has an answer that nobody gave`);
        else if (elsewhere.has(given.by)) complain(`${callId} was answered by ${given.by}, and elsewhere`);
        else add({ type: "answer", callId, answer }, given.from, at);
      }
      const ends = chat.ends.get(callId) ?? new Times();
      for (const [ending, at] of ends as Iterable<[Ending, number]>) {
        const mayBeTakenBack = this.#interruptions.some((span) => from <= span.until && span.from <= at);
        const isSaid = (ending === "hangup" || ending === "rejected") && !mayBeTakenBack;
        const since = isSaid ? chat.hungUp.find((said) => said >= from - OVERTAKEN_MS) ?? Infinity : from;
        if (since > at) complain(`${callId} ended as ${ending}, and nobody said so`);
        add({ type: "end", callId, ending, isRevived: (chat.resumed.get(callId) ?? Infinity) <= at }, since, at);
      }
      // Where nobody was there to hear of its end; or it ended before all was lost, and was taken up all the same.
      if (ends.size === 0 || this.#losses.length > 0) add({ type: "end", callId, ending: "failed" }, from, Infinity);
    }
    for (const [answer, { by, callId, from }] of chat.answers) {
      const hasLost = callId !== null && this.#elsewhere(chat, callId).has(by);
      if (!winners.has(answer) && !hasLost) add({ type: "answer", callId, answer }, from, Infinity);
    }
    return operations;
  }

  /** Where all was lost, another device may take the call up than the one that had answered it (R14). */
  #elsewhere(chat: ChatHistory, callId: string): ReadonlyMap<string, number> {
    const rangAt = chat.rang.get(callId) ?? 0;
    const lostAt = Math.min(...this.#losses.filter(({ until }) => until >= rangAt).map(({ from }) => from));
    return new Map([...chat.elsewhere.get(callId) ?? []].filter(([, at]) => at < lostAt));
  }

  #of(chatId: string): ChatHistory {
    let chat = this.#chats.get(chatId);
    if (chat === undefined) this.#chats.set(chatId, chat = new ChatHistory());
    return chat;
  }
}

function timesOf(all: Map<string, Times>, key: string): Times {
  let times = all.get(key);
  if (times === undefined) all.set(key, times = new Times());
  return times;
}

/** Both sides of one end are told it in their own words. */
function endingOf(message: ServerMessages["call:end" | "call:rejected"]): Ending {
  if (message.type === "call:rejected" || message.reason === "rejected-elsewhere") return "rejected";
  return message.reason as Ending;
}

/** What a frame says in a chat; `null`: it is none that a server would take for that. */
function read(frame: string) {
  try {
    const message = JSON.parse(frame);
    return typeof message?.type === "string" && typeof message.chatId === "string"
      ? message as { type: string; chatId: string; callId?: string; answer?: { sdp?: string } }
      : null;
  } catch {
    return null;
  }
}
