/** The 27 messages of a call as bytes, made once for a server's dialect and filled in for each call. */

import { concat, frame } from "./raw_socket.ts";

/** Who calls whom, and where. All are as long as those of `PLACEHOLDERS`. */
export interface Ids {
  readonly chat: string;
  readonly call: string;
  readonly caller: string;
  readonly callee: string;
}

const PLACEHOLDERS: Ids = {
  chat: "chat-99999999",
  call: "call-999999999999999999",
  caller: "user-99999998",
  callee: "user-99999999",
};

/** The n-th user, chat and call, from 0. */
export const userId = (n: number) => `user-${String(n).padStart(8, "0")}`;
export const chatId = (n: number) => `chat-${String(n).padStart(8, "0")}`;
export const callId = (n: number) => `call-${String(n).padStart(18, "0")}`;

/** What the messages of a call say; each server has its own way to say it. */
export interface Wording {
  offer(ids: Ids, sdp: string): string;
  answer(ids: Ids, sdp: string): string;
  candidate(ids: Ids, from: "caller" | "callee", candidate: RTCIceCandidateInit): string;
  end(ids: Ids): string;
}

/** A side's candidates. */
export const CANDIDATES = 12;

/** What the two say in a call, as whole frames. */
export interface CallFrames {
  readonly offer: Uint8Array;
  readonly answer: Uint8Array;
  readonly callerCandidates: readonly Uint8Array[];
  readonly calleeCandidates: readonly Uint8Array[];
  readonly end: Uint8Array;
}

/** By a received payload's length, which of them it is: servers write them anew, each in its way, and a look inside would cost. */
export function kindOf({ length }: Uint8Array): "description" | "candidate" | "end" | null {
  return length > 2000 ? "description" : length >= 200 ? "candidate" : length >= 50 ? "end" : null;
}

/** Makes the frames of one call after another. */
export class CallForms {
  readonly #forms: Form[];

  constructor(wording: Wording) {
    const ids = PLACEHOLDERS;
    const trickled = (from: "caller" | "callee") =>
      Array.from({ length: CANDIDATES }, (_, n) => wording.candidate(ids, from, candidate(n)));
    const texts = [
      wording.offer(ids, description("actpass")),
      wording.answer(ids, description("active")),
      wording.end(ids),
      ...trickled("caller"),
      ...trickled("callee"),
    ];
    this.#forms = texts.map((text) => new Form(frame(text)));
  }

  fill(ids: Ids): CallFrames {
    const [offer, answer, end, ...candidates] = this.#forms.map((form) => form.fill(ids));
    return {
      offer: offer!,
      answer: answer!,
      end: end!,
      callerCandidates: candidates.slice(0, CANDIDATES),
      calleeCandidates: candidates.slice(CANDIDATES),
    };
  }
}

/** A frame, and where in it which id stands. */
class Form {
  readonly #bytes: Uint8Array;
  readonly #spots: { readonly at: number; readonly id: keyof Ids }[] = [];

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
    for (const [id, placeholder] of Object.entries(PLACEHOLDERS)) {
      for (let at = text.indexOf(placeholder); at >= 0; at = text.indexOf(placeholder, at + 1)) {
        this.#spots.push({ at, id: id as keyof Ids });
      }
    }
  }

  fill(ids: Ids): Uint8Array {
    const bytes = this.#bytes.slice();
    for (const { at, id } of this.#spots) {
      const text = ids[id];
      for (let n = 0; n < text.length; n++) bytes[at + n] = text.charCodeAt(n);
    }
    return bytes;
  }
}

/** As Chromium trickles it, after an offer or answer without candidates; 4 KB of it. */
export function description(setup: "actpass" | "active"): string {
  const transport = [
    "c=IN IP4 0.0.0.0",
    "a=rtcp:9 IN IP4 0.0.0.0",
    "a=ice-ufrag:GKNL",
    "a=ice-pwd:CwrrSfBaZtwgSEQtrWlHJjVT",
    "a=ice-options:trickle",
    "a=fingerprint:sha-256 D8:48:84:AB:D6:89:0A:D2:B9:07:B5:EE:42:0D:FE:81:D2:E0:15:55:ED:A5:74:C0:61:11:B2:49:5D:FE:35:FB",
    `a=setup:${setup}`,
  ];
  const lines = [
    "v=0",
    "o=- 6189782556014825591 2 IN IP4 127.0.0.1",
    "s=-",
    "t=0 0",
    "a=group:BUNDLE 0 1",
    "a=extmap-allow-mixed",
    "a=msid-semantic: WMS 3eae8c25-fa15-4331-bf0e-28a721389ad1",
    "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126",
    ...transport,
    "a=mid:0",
    "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    "a=sendrecv",
    "a=msid:3eae8c25-fa15-4331-bf0e-28a721389ad1 1506f9b1-7723-4a12-a37f-ed939a536398",
    "a=rtcp-mux",
    "a=rtcp-rsize",
    "a=rtpmap:111 opus/48000/2",
    "a=rtcp-fb:111 transport-cc",
    "a=fmtp:111 minptime=10;useinbandfec=1",
    "a=ssrc:2910137176 cname:x3kPq1m/9ZfE0aLw",
    "m=video 9 UDP/TLS/RTP/SAVPF 96 97 98 99 100 101 102 103",
    ...transport,
    "a=mid:1",
    "a=sendrecv",
    "a=rtcp-mux",
    "a=rtcp-rsize",
  ];
  for (let type = 96; lines.join("\r\n").length < 4000; type++) {
    lines.push(`a=rtpmap:${type} VP8/90000`, `a=rtcp-fb:${type} nack pli`, `a=fmtp:${type} max-fs=12288;max-fr=60`);
  }
  return lines.join("\r\n") + "\r\n";
}

/** The n-th candidate that a side gathers, as `RTCIceCandidate.toJSON` gives it. */
export function candidate(n: number): RTCIceCandidateInit & { candidate: string } {
  const port = 40_000 + n;
  const [address, rest] = [
    ["192.0.2.2", "typ host generation 0"],
    ["2001:db8::2:17", "typ host generation 0"],
    ["203.0.113.5", `typ srflx raddr 192.0.2.2 rport ${port} generation 0`],
    ["198.51.100.7", `typ relay raddr 203.0.113.5 rport ${port} generation 0`],
  ][n % 4]!;
  return {
    candidate: `candidate:${1_069_576_794 + n} 1 udp ${
      2_122_063_615 - n
    } ${address} ${port} ${rest} ufrag GKNL network-id 1`,
    sdpMid: "0",
    sdpMLineIndex: 0,
    usernameFragment: "GKNL",
  };
}

/** The frames of a side's candidates in one piece, behind its description. */
export function burst(description: Uint8Array, candidates: readonly Uint8Array[]): Uint8Array {
  return concat([description, ...candidates]);
}
