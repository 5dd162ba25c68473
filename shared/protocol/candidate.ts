/**
 * ICE candidates as they travel (protocol rule R17): what is understood is put into the one form that every browser takes, and
 * what is not is left out. `candidate-attribute`: RFC 8839, section 5.1; trickling: RFC 8838 and RFC 8840.
 * Pure text work, no dependency: the server and the call client both use it.
 */

import { MAX_CANDIDATE_BYTES } from "./constants.ts";

/** A candidate as it travels: `RTCIceCandidateInit` (W3C WebRTC, section 4.8.1). An empty `candidate` ends a generation. */
export interface Candidate {
  candidate: string;
  sdpMid?: string | null;
  sdpMLineIndex?: number | null;
  usernameFragment?: string | null;
}

/** A candidate that is not forwarded, because of one of its fields. */
export interface Unusable {
  readonly field: keyof Candidate;
  /** In words that hold nothing of what was sent. */
  readonly problem: string;
  /** It could break out of its line, or is far too long: its message is refused with an error, not only left out. */
  readonly isDangerous: boolean;
}

// deno-lint-ignore no-control-regex
const CONTROL = /[\x00-\x1f\x7f-\x9f]/;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;
const MDNS_NAME = /^[a-z0-9-]{1,63}\.local$/i;

/** `candidate-attribute` of RFC 8839, section 5.1, with the extension attributes as name and value pairs (an address cannot hide in one). */
const CANDIDATE =
  /^candidate:[a-z0-9+/]{1,32} (\d{1,3}) (?:udp|tcp) (\d{1,10}) (\S{1,255}) (\d{1,5}) typ (?:host|srflx|prflx|relay)(?: raddr (\S{1,255}))?(?: rport (\d{1,5}))?(?: (?!r(?:addr|port) )[\x21-\x7e]+ [\x21-\x7e]+)*$/i;

/** `a=mid`, as `sdpMid` repeats it. */
export const MID = /^[\x21-\x7e]{1,32}$/;
/** `a=ice-ufrag` (RFC 8839, section 5.4), as `usernameFragment` repeats it. */
export const UFRAG = /^[A-Za-z0-9+/]{4,256}$/;

/** The largest section index: more sections than any description has. */
export const MAX_INDEX = 65535;

/** Bytes of a text in UTF-8, counted only where its length leaves the question open. */
export function isLongerThan(text: string, bytes: number): boolean {
  if (text.length > bytes) return true;
  return text.length * 3 > bytes && new TextEncoder().encode(text).length > bytes;
}

function isAddress(text: string): boolean {
  if (IPV4.test(text) || MDNS_NAME.test(text)) return true;
  return /^[0-9a-f:.]+$/i.test(text) && text.includes(":") && URL.canParse(`http://[${text}]`);
}

/**
 * Why `line` is not a candidate this protocol carries, or `null` where it is one.
 * UDP and TCP; IPv4, IPv6 and mDNS names (no other host names: they would make a browser ask the DNS).
 */
export function candidateProblem(line: string): string | null {
  if (isLongerThan(line, MAX_CANDIDATE_BYTES)) return `longer than ${MAX_CANDIDATE_BYTES} bytes`;
  const match = CANDIDATE.exec(line);
  if (match === null) return "not a candidate of RFC 8839";
  const [, component, priority, address, port, relatedAddress, relatedPort] = match;
  if (Number(component) < 1 || Number(component) > 256) return "component outside 1 to 256";
  if (Number(priority) < 1 || Number(priority) > 2 ** 31 - 1) return "priority outside 1 to 2^31-1";
  if (!isAddress(address!) || (relatedAddress !== undefined && !isAddress(relatedAddress))) {
    return "address is not IPv4, IPv6 or an mDNS name";
  }
  if (Number(port) > 65535 || Number(relatedPort ?? 0) > 65535) return "port above 65535";
  return null;
}

/**
 * A candidate in the form that is forwarded, or why it is not. What is in that form already comes back as it is.
 * Stacks differ: an empty `sdpMid` or `usernameFragment` stands for none (pion), -1 for no index (libwebrtc), the line may come with
 * its `a=` (libdatachannel) and its line end, and a candidate may name no section at all.
 */
export function readCandidate(init: Candidate): Candidate | Unusable {
  const { sdpMid, sdpMLineIndex, usernameFragment } = init;
  const line = lineOf(init.candidate);
  for (
    const [field, text] of [["candidate", line], ["sdpMid", sdpMid], ["usernameFragment", usernameFragment]] as const
  ) {
    const problem = text && dangerIn(text);
    if (problem) return { field, problem, isDangerous: true };
  }
  const candidate = isEnd(line) ? "" : line;
  const problem = candidate === "" ? null : candidateProblem(candidate);
  if (problem !== null) return leftOut("candidate", problem);
  if (sdpMid && !MID.test(sdpMid)) return leftOut("sdpMid", "expected 1 to 32 printable characters");
  if (usernameFragment && !UFRAG.test(usernameFragment)) {
    return leftOut("usernameFragment", "expected 4 to 256 ice-chars");
  }
  const index = sdpMLineIndex ?? 0;
  if (index < -1 || index > MAX_INDEX) return leftOut("sdpMLineIndex", `expected 0 to ${MAX_INDEX}`);
  const isAsIs = candidate === init.candidate && sdpMid !== "" && usernameFragment !== "" && index !== -1;
  if (isAsIs) return withSection(init);
  const read: Candidate = { ...init, candidate };
  if (sdpMid === "") delete read.sdpMid;
  if (usernameFragment === "") delete read.usernameFragment;
  if (index === -1) delete read.sdpMLineIndex;
  return withSection(read);
}

function dangerIn(text: string): string | null {
  if (isLongerThan(text, MAX_CANDIDATE_BYTES)) return `longer than ${MAX_CANDIDATE_BYTES} bytes`;
  return CONTROL.test(text) ? "control characters or a line end" : null;
}

const leftOut = (field: keyof Candidate, problem: string): Unusable => ({ field, problem, isDangerous: false });

/** Without what surrounds a candidate where it is taken from a description as it stands there. */
const lineOf = (text: string) => text.trim().replace(/^a=/, "");

/** `a=end-of-candidates` (RFC 8840, section 8.2) says what an empty candidate says. */
const isEnd = (line: string) => line === "end-of-candidates";

/**
 * A candidate that names no section belongs to the first: with everything bundled there is one transport for all of them (RFC 9143),
 * and a browser takes no candidate without a section. The end of the candidates may do without, and is then that of all.
 */
export function withSection(init: Candidate): Candidate {
  const { candidate, sdpMid, sdpMLineIndex } = init;
  const isPlaced = candidate === "" || typeof sdpMid === "string" || typeof sdpMLineIndex === "number";
  return isPlaced ? init : { ...init, sdpMLineIndex: 0 };
}
