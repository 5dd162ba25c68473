/**
 * The message that most of signaling is made of, `call:ice-candidate`, in the form in which browsers write it: read in one pass over its
 * text, with no object made of JSON and none checked against a schema. And the text of its candidate, kept to be passed on.
 *
 * Only what is good is read here; about all else, and about every other form of the same, `parseClientMessage` asks the schema, which stays
 * the one source of the format. `plain_candidate_test.ts` holds the two to the same word on very many frames.
 */

import { type Candidate, candidateProblem, MAX_INDEX } from "./candidate.ts";
import { MAX_CANDIDATE_BYTES } from "./constants.ts";

/** A `call:ice-candidate` of a call that it names. */
export interface CandidateMessage {
  type: "call:ice-candidate";
  chatId: string;
  callId: string;
  candidate: Candidate;
}

/** Far longer than one with a candidate of `MAX_CANDIDATE_BYTES`: not worth a look. */
const MAX_LENGTH = MAX_CANDIDATE_BYTES + 1024;

const TYPE = '"type":"call:ice-candidate"';
const IDS = '"chatId":"([A-Za-z0-9._~-]{1,128})","callId":"([A-Za-z0-9_-]{16,64})"';
/** Printable ASCII but for what JSON escapes: such a text is what it stands for. */
const LINE = String.raw`"candidate":"(candidate:[ !#-\[\]-~]+)"`;
const MID = String.raw`"sdpMid":"([!#-\[\]-~]{1,32})"`;
const INDEX = '"sdpMLineIndex":(0|[1-9][0-9]{0,4})';
const UFRAG = '"usernameFragment":"([A-Za-z0-9+/]{4,256})"';

/**
 * The whole frame: every key once, so that nobody who reads it finds another value than the one that was checked. The order of keys is that
 * of this project's client or of one that begins with the type; inside, Chromium's and WebKit's (mid first) or Firefox's.
 */
const FRAME = new RegExp(
  `^\\{(?:${TYPE},${IDS}|${IDS},${TYPE}),"candidate":(\\{${LINE}(?:,${MID}(?:,${INDEX})?|,${INDEX}(?:,${MID})?)(?:,${UFRAG})?\\})\\}$`,
);

/** By candidates read here, how they were written. */
const written = new WeakMap<Candidate, string>();

/** The message in a frame; `null` where the schema has to judge. */
export function readPlainCandidate(frame: string): CandidateMessage | null {
  if (frame.length > MAX_LENGTH) return null;
  const match = FRAME.exec(frame);
  if (match === null) return null;
  const line = match[6]!;
  if (candidateProblem(line) !== null) return null;
  const sdpMid = match[7] ?? match[10];
  const index = match[8] ?? match[9];
  const usernameFragment = match[11];
  const candidate: Candidate = { candidate: line };
  if (sdpMid !== undefined) candidate.sdpMid = sdpMid;
  if (index !== undefined) {
    candidate.sdpMLineIndex = Number(index);
    if (candidate.sdpMLineIndex > MAX_INDEX) return null;
  }
  if (usernameFragment !== undefined) candidate.usernameFragment = usernameFragment;
  written.set(candidate, match[5]!);
  return { type: "call:ice-candidate", chatId: match[1] ?? match[3]!, callId: match[2] ?? match[4]!, candidate };
}

/** How a candidate was written in the frame that it was read from; `undefined` where it came another way. */
export function textOfCandidate(candidate: Candidate): string | undefined {
  return written.get(candidate);
}
