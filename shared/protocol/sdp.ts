/**
 * Checks of session descriptions (protocol rule R17), and the withholding of addresses (R6).
 *
 * SDP: RFC 8866; its use by WebRTC: RFC 8829 (JSEP); ICE in SDP: RFC 8839; DTLS fingerprints: RFC 8122; BUNDLE: RFC 9143.
 * Pure text work, no dependency: it runs on the server, and wherever else someone wants to check before sending.
 */

import { type Candidate, candidateProblem, isLongerThan, MID, UFRAG } from "./candidate.ts";
import { MAX_SDP_BYTES } from "./constants.ts";

/** A description split into what may be shown before the answer and the candidates that may not. */
export interface WithheldOffer {
  sdp: string;
  candidates: Candidate[];
}

// deno-lint-ignore no-control-regex
const FORBIDDEN_CONTROL = /[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f]/;
/** Lines of the form that SDP has (RFC 8866, section 5), with no control character in them. */
// deno-lint-ignore no-control-regex
const WELL_FORMED = /^(?:[a-z]=[^\x00-\x1f\x7f-\x9f]*(?:[\r\n]+|$))*$/;

/**
 * The lines that checks and candidates are about, in any case. Most of a description is about codecs: to cut it into all of its lines would
 * take ten times as long as to find these.
 */
const RELEVANT =
  /(?<=[\r\n])(?:m=|a=(?:mid:|ice-ufrag:|ice-pwd:|fingerprint:|rtcp-mux|group:BUNDLE |candidate:|end-of-candidates))[^\r\n]*/gi;

/** The session part and the media sections of a description, as their relevant lines. */
function sections(sdp: string): string[][] {
  const parts: string[][] = [[]];
  for (const line of sdp.match(RELEVANT) ?? []) {
    if (line.startsWith("m=")) parts.push([]);
    parts.at(-1)!.push(line);
  }
  return parts;
}

function valueOf(lines: string[], attribute: string): string | undefined {
  const start = `a=${attribute}:`;
  return lines.find((line) => line.startsWith(start))?.slice(start.length).trim();
}

/** Attributes that each media section needs, its own, the session's or its bundle's: RFC 8839, section 5.4, and RFC 8122, section 5. */
const TRANSPORT = {
  "ice-ufrag": UFRAG,
  "ice-pwd": /^[A-Za-z0-9+/]{22,256}$/,
  "fingerprint": /^[\x21-\x7e]+ (?:[0-9A-Fa-f]{2}:)+[0-9A-Fa-f]{2}$/,
};

/** RTP and RTCP over one transport (RFC 5761): every browser asks for that (RFC 8834, section 4.5), as for ICE and DTLS. */
const isMultiplexed = (line: string) => /^a=rtcp-mux(-only)?\s*$/.test(line);

/** Media sections of one description; a call has two or three. */
const MAX_SECTIONS = 32;

/** A candidate line (`a=candidate`, whatever follows it) with its line end. */
const CANDIDATE_LINE = /(?<=[\r\n])(a=candidate(?![\w-])[^\r\n]*)(\r\n|\r|\n|$)/gi;

/**
 * Why `sdp` is not a description this protocol carries, or `null` where it is one; of its candidates `withUsableCandidates` judges.
 * A section may leave its transport to the session, or to the section it is bundled with.
 */
export function descriptionProblem(sdp: string): string | null {
  if (isLongerThan(sdp, MAX_SDP_BYTES)) return `longer than ${MAX_SDP_BYTES} bytes`;
  if (!/^v=0[\r\n]/.test(sdp)) return "does not start with v=0";
  const isWellFormed = WELL_FORMED.test(sdp);
  if (!isWellFormed && FORBIDDEN_CONTROL.test(sdp)) return "control characters";
  const [session, ...media] = sections(sdp) as [string[], ...string[][]];
  if (media.length === 0) return "no m= section";

  if (media.length > MAX_SECTIONS) return `more than ${MAX_SECTIONS} m= sections`;

  const mids = media.map((lines) => valueOf(lines, "mid"));
  if (mids.some((mid) => mid !== undefined && !MID.test(mid))) return "a=mid of another form";
  const bundles = session.filter((line) => line.startsWith("a=group:BUNDLE "))
    .map((line) => line.slice("a=group:BUNDLE ".length).trim().split(/ +/));
  /** Whether a media section in use lacks an attribute, which neither it nor one that it is bundled with has. */
  const lacking = (has: boolean[]) => {
    const carried = new Set(bundles.filter((group) => mids.some((mid, n) => has[n] && group.includes(mid!))).flat());
    return (lines: string[], n: number) => !has[n] && portOf(lines) !== 0 && !carried.has(mids[n] ?? "");
  };
  for (const [attribute, form] of Object.entries(TRANSPORT)) {
    const ofSession = valueOf(session, attribute);
    const values = media.map((lines) => valueOf(lines, attribute) ?? ofSession);
    if ([ofSession, ...values].some((value) => value !== undefined && !form.test(value))) {
      return `a=${attribute} of another form`;
    }
    if (values.every((value) => value === undefined)) return `no a=${attribute}`;
    const isWithout = lacking(values.map((value) => value !== undefined));
    if (media.some(isWithout)) return `a section without a=${attribute}`;
  }
  const isWithout = lacking(media.map((lines) => lines.some(isMultiplexed)));
  if (media.some((lines, n) => /^m=(audio|video) /.test(lines[0]!) && isWithout(lines, n))) {
    return "a section without a=rtcp-mux";
  }
  return isWellFormed ? null : "a line that is not SDP";
}

/** A description with those of its candidate lines that this protocol carries, and no blanks behind them; all else stays byte for byte. */
export function withUsableCandidates(sdp: string): string {
  return sdp.replace(CANDIDATE_LINE, (_, text: string, lineEnd: string) => {
    const line = text.trimEnd();
    return candidateProblem(line.slice(2)) === null ? line + lineEnd : "";
  });
}

/** Why candidate lines of a description are left out of it, one reason for each. */
export function unusableCandidates(sdp: string): string[] {
  return (sdp.match(CANDIDATE_LINE) ?? []).flatMap((text) => candidateProblem(text.slice(2).trimEnd()) ?? []);
}

function portOf(lines: string[]): number {
  return Number(/^m=\S+ (\d+)/.exec(lines[0]!)?.[1] ?? 0);
}

/**
 * Takes every address out of an offer (R6): candidate lines come back separately, with their `sdpMid` and index; `c=`,
 * `a=rtcp` and the m-line port become `0.0.0.0` and `9`, as in a trickling offer without candidates (RFC 8840, section 4.1.1).
 * `o=` loses an address too, unless it is the loopback one that browsers put there. Expects a checked description.
 */
export function withholdAddresses(sdp: string): WithheldOffer {
  if (isWithheld(sdp)) return { sdp, candidates: [] };
  return { sdp: withLineEnds(sdp).replace(ADDRESSED, withoutAddress), candidates: candidatesIn(sections(sdp)) };
}

/** A line that may hold an address, in any case. */
const ADDRESSED = /(?<=\n)(?:[com]=|a=(?:rtcp:|candidate:|end-of-candidates|remote-candidates:))[^\r\n]*\r\n/gi;

/**
 * Whether nothing in a description has to be withheld, as in the offer of a browser that trickles. One pass over the beginnings of its
 * lines: to look for those that matter in the whole text takes many times as long.
 */
function isWithheld(sdp: string): boolean {
  for (let start = 0; start < sdp.length;) {
    const end = sdp.indexOf("\n", start) + 1;
    // A line end other than CR LF, or an empty line.
    if (end - start < 3 || sdp.indexOf("\r", start) !== end - 2) return false;
    if (mayHoldAddress(sdp, start)) {
      const line = sdp.slice(start, end);
      if (withoutAddress(line) !== line) return false;
    }
    start = end;
  }
  return true;
}

/** Whether `ADDRESSED` may match the line that starts here: by its first letters, in any case. Most lines are about codecs. */
function mayHoldAddress(sdp: string, start: number): boolean {
  const letter = (n: number) => String.fromCharCode(sdp.charCodeAt(start + n) | 0x20);
  switch (letter(0)) {
    case "c":
    case "o":
    case "m":
      return true;
    case "a":
      switch (letter(2)) {
        case "c": // a=candidate
          return letter(3) === "a";
        case "e": // a=end-of-candidates
          return letter(3) === "n";
        case "r": // a=remote-candidates, and a=rtcp, but not a=rtcp-fb
          return letter(3) === "e" || letter(4) === "c" && letter(6) === ":";
      }
  }
  return false;
}

/** A line end other than CR LF, or an empty line. */
const ODD_LINE_END = /\r(?!\n)|(?<!\r)\n|\n[\r\n]/;

/** The same lines, each with CR LF, and none empty. */
function withLineEnds(sdp: string): string {
  if (sdp.endsWith("\r\n") && !ODD_LINE_END.test(sdp)) return sdp;
  return sdp.split(/[\r\n]+/).filter(Boolean).join("\r\n") + "\r\n";
}

/** An addressed line as it may be shown; "" where nothing of it may. */
function withoutAddress(line: string): string {
  if (line.startsWith("c=")) return "c=IN IP4 0.0.0.0\r\n";
  if (line.startsWith("a=rtcp:")) return "a=rtcp:9 IN IP4 0.0.0.0\r\n";
  if (line.startsWith("o=")) return line.replace(/ IN +IP[46] +(?!127\.0\.0\.1 *\r).*(?=\r\n)/i, " IN IP4 0.0.0.0");
  if (line.startsWith("m=")) return line.replace(/^(m=\S+) (?!0\b)\d+/, "$1 9");
  return /^a=/i.test(line) ? "" : line;
}

function candidatesIn([session, ...media]: string[][]): Candidate[] {
  return media.flatMap((lines, sdpMLineIndex) => {
    const sdpMid = valueOf(lines, "mid") ?? null;
    const usernameFragment = valueOf(lines, "ice-ufrag") ?? valueOf(session!, "ice-ufrag");
    const place = { sdpMid, sdpMLineIndex, ...(usernameFragment === undefined ? {} : { usernameFragment }) };
    return lines.flatMap((line): Candidate[] => {
      if (/^a=end-of-candidates/i.test(line)) return [{ candidate: "", ...place }];
      return /^a=candidate:/i.test(line) ? [{ candidate: line.slice(2).trimEnd(), ...place }] : [];
    });
  });
}
