/**
 * The message that most of signaling is made of, `call:ice-candidate`, in the form in which browsers write it: read with no object made of
 * JSON and none checked against a schema. And the text of its candidate, kept to be passed on.
 *
 * Only what is good is read here; about all else, and about every other form of the same, `FrameReader` asks the schema, which stays
 * the one source of the format. `plain_candidate_test.ts` holds the two to the same word on very many frames.
 */

import { type Candidate, MAX_INDEX } from "./candidate.ts";
import { MAX_CANDIDATE_BYTES } from "./constants.ts";

/** A `call:ice-candidate` of a call that it names. */
export interface CandidateMessage {
  type: "call:ice-candidate";
  chatId: string;
  callId: string;
  candidate: Candidate;
}

const TYPE = '"type":"call:ice-candidate"';
const IDS = '"chatId":"([A-Za-z0-9._~-]{1,128})","callId":"([A-Za-z0-9_-]{16,64})"';

/**
 * A frame up to its candidate's line. Every key stands once, so that nobody who reads it finds another value than the one that was checked.
 * The order of keys is that of this project's client or of one that begins with the type.
 */
const HEAD = new RegExp(`^\\{(?:${TYPE},${IDS}|${IDS},${TYPE}),"candidate":\\{"candidate":"`);

/** Printable ASCII but for what JSON escapes: such a text is what it stands for. */
const MID = String.raw`"sdpMid":"([!#-\[\]-~]{1,32})"`;
const INDEX = '"sdpMLineIndex":(0|[1-9][0-9]{0,4})';
const UFRAG = '"usernameFragment":"([A-Za-z0-9+/]{4,256})"';

/** A frame from its line's end on: Chromium's and WebKit's order of keys (mid first), or Firefox's. */
const TAIL = new RegExp(`^"(?:,${MID}(?:,${INDEX})?|,${INDEX}(?:,${MID})?)(?:,${UFRAG})?\\}\\}$`);

/**
 * A candidate's line (RFC 8839, section 5.1) of which `candidateProblem` has nothing to say. The last few numbers of each range, and rarer
 * ways to write an address, are left to that.
 */
const LINE = (() => {
  const ipv4 = "(?:(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(?:\\.(?=[0-9])|(?= ))){4}";
  const group = "[0-9a-f]{1,4}";
  const compressed = Array.from({ length: 6 }, (_, n) => `(?:${group}:){1,${6 - n}}(?::${group}){1,${n + 1}}`);
  const ipv6 = [`(?:${group}:){7}${group}`, ...compressed, `(?:${group}:){1,7}:`, `:(?::${group}){1,7}`, "::"].join(
    "|",
  );
  const address = `(?:${ipv4}|${ipv6}|[a-z0-9-]{1,63}\\.local)`;
  const port = "(?:[0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3})";
  const priority = "(?:[1-9][0-9]{0,8}|1[0-9]{9}|20[0-9]{8}|21[0-3][0-9]{7})";
  const related = `(?: raddr ${address})?(?: rport ${port})?`;
  const extension = " (?!r(?:addr|port) )[!#-\\[\\]-~]+ [!#-\\[\\]-~]+";
  return new RegExp(
    `^candidate:[a-z0-9+/]{1,32} [1-9][0-9]? (?:udp|tcp) ${priority} ${address} ${port} typ (?:host|srflx|prflx|relay)` +
      `${related}(?:${extension})*$`,
    "i",
  );
})();

/** Far longer than one with a candidate of `MAX_CANDIDATE_BYTES`: not worth a look. */
const MAX_LENGTH = MAX_CANDIDATE_BYTES + 1024;

interface Head {
  readonly text: string;
  /** Where the candidate begins in a frame with this head. */
  readonly candidateAt: number;
  readonly chatId: string;
  readonly callId: string;
}

interface Tail {
  readonly text: string;
  readonly fields: Omit<Candidate, "candidate">;
}

/** Reads the candidates of one socket. Those of a call begin and end alike: what they have in common is read once, and then compared. */
export class PlainCandidates {
  #head: Head | null = null;
  #tail: Tail | null = null;

  /** The message in a frame; `null` where the schema has to judge. */
  read(frame: string): CandidateMessage | null {
    if (frame.length > MAX_LENGTH) return null;
    const head = this.#headOf(frame);
    if (head === null) return null;
    const end = frame.indexOf('"', head.text.length);
    const line = frame.slice(head.text.length, end);
    if (end < 0 || line.length > MAX_CANDIDATE_BYTES || !LINE.test(line)) return null;
    const tail = this.#tailOf(frame, end);
    if (tail === null) return null;
    const candidate = { candidate: line, ...tail.fields };
    new Written(candidate, frame.slice(head.candidateAt, -1));
    return { type: "call:ice-candidate", chatId: head.chatId, callId: head.callId, candidate };
  }

  #headOf(frame: string): Head | null {
    if (this.#head !== null && frame.startsWith(this.#head.text)) return this.#head;
    const match = HEAD.exec(frame);
    if (match === null) return null;
    const [text] = match;
    const candidateAt = text.lastIndexOf("{");
    this.#head = { text, candidateAt, chatId: match[1] ?? match[3]!, callId: match[2] ?? match[4]! };
    return this.#head;
  }

  #tailOf(frame: string, at: number): Tail | null {
    const known = this.#tail;
    if (known !== null && frame.length - at === known.text.length && frame.endsWith(known.text)) return known;
    const match = TAIL.exec(frame.slice(at));
    if (match === null) return null;
    const sdpMid = match[1] ?? match[4];
    const index = match[2] ?? match[3];
    const usernameFragment = match[5];
    if (Number(index ?? 0) > MAX_INDEX) return null;
    const fields = {
      ...(sdpMid === undefined ? {} : { sdpMid }),
      ...(index === undefined ? {} : { sdpMLineIndex: Number(index) }),
      ...(usernameFragment === undefined ? {} : { usernameFragment }),
    };
    return this.#tail = { text: match[0], fields };
  }
}

/** How a candidate was written in the frame that it was read from; `undefined` where it came another way, or is a copy. */
export const textOfCandidate = (candidate: Candidate): string | undefined => Written.textOf(candidate);

/** Makes of a constructor's argument what the constructors of heirs put their fields on. */
class Itself {
  constructor(candidate: Candidate) {
    return candidate;
  }
}

/**
 * A candidate's text as a private field of the candidate itself: no part of its value, and in no copy of it, as a property would be. A
 * `WeakMap` is the same, but costs more than all the rest of the reading.
 */
class Written extends Itself {
  readonly #text: string;

  constructor(candidate: Candidate, text: string) {
    super(candidate);
    this.#text = text;
  }

  static textOf(candidate: Candidate): string | undefined {
    return #text in candidate ? candidate.#text : undefined;
  }
}
