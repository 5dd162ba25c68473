/**
 * The call log's port: each person's calls, chat by chat, with what they missed. Every call is there twice, once for each of its two
 * people, since either may clear their own; of what was said in it nothing is there.
 *
 * What every implementation guarantees:
 *
 * 1. A call that is appended again, after a restart or by another process, is there once: only its `durationMs` may change.
 * 2. What was appended before a process is killed is there afterwards, but for the last entry at most, where it is kept at all.
 * 3. Of one person's calls in one chat the newest `MAX_IN_CHAT` are kept, in all their chats the newest `ofPerson`, and of all entries the
 *    newest `inAll`: who calls without end loses calls of their own first.
 * 4. Nothing throws or rejects: a log that cannot be read is empty, and why is told to whoever runs the server. No call waits for it.
 */

import type { LoggedCall } from "../../shared/protocol/logged_call.ts";
import type { Answer } from "../engine/engine.ts";

export type { LoggedCall };

/** Entries of one person in one chat. */
export const MAX_IN_CHAT = 200;
/** How many entries are kept. */
export interface LogLimits {
  readonly ofPerson: number;
  readonly inAll: number;
}
export const LIMITS: LogLimits = { ofPerson: 1_000, inAll: 200_000 };
/** Missed calls that a person is told of at once: the newest. */
export const MAX_MISSED = 20;

/** A call in the log of one person. */
export interface LogEntry {
  readonly userId: string;
  readonly call: LoggedCall;
}

/** What there is to say of a chat in a list of chats. */
export interface ChatSummary {
  readonly last: LoggedCall;
  /** Missed calls that were not seen to. */
  readonly missed: number;
}

export interface CallLog {
  append(entries: readonly LogEntry[]): Answer<void>;
  /** The `durationMs` of these calls is known better, where they are there still: what was cleared stays so. */
  update(entries: readonly LogEntry[]): Answer<void>;
  /** A person's calls in a chat, newest first. */
  calls(userId: string, chatId: string, limit: number): Answer<LoggedCall[]>;
  /** Of those of these chats in which the person had calls. */
  summaries(userId: string, chats: readonly string[]): Answer<ReadonlyMap<string, ChatSummary>>;
  /** Missed calls that the person has not seen to, in all chats: the newest `MAX_MISSED`, oldest first. */
  missed(userId: string): Answer<LoggedCall[]>;
  /** The person has seen to a missed call, and to those before it of the same caller in its chat. */
  acknowledge(userId: string, chatId: string, callId: string): Answer<void>;
  /** Forgets a person's calls in a chat; those of the other people there stay theirs. */
  clear(userId: string, chatId: string): Answer<void>;
  /** Forgets the calls of before a time, in ms since 1970. */
  expire(before: number): Answer<void>;
  /** Resolves once all is kept. */
  close(): Answer<void>;
}
