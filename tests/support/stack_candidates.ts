/** Candidates as other stacks write them, rebuilt with addresses for documentation (RFC 5737, RFC 3849). */

import type { Candidate } from "../../shared/protocol/candidate.ts";

/** What becomes of a candidate: forwarded as it is, in another form, left out without a word, or refused with an error. */
type Verdict = "as it is" | Candidate | "left out" | "refused";

const HOST = "candidate:3277516026 1 udp 2130706431 192.0.2.1 54321 typ host";
const placed = { sdpMid: "0", sdpMLineIndex: 0 };

/** Candidates in messages, by the stack or the trait; and what becomes of each. */
export const STACK_CANDIDATES: Record<string, [sent: Candidate | null, verdict: Verdict]> = {
  "Chromium": [
    { candidate: `${HOST} generation 0 ufrag 5+Ix network-id 1 network-cost 10`, ...placed, usernameFragment: "5+Ix" },
    "as it is",
  ],
  "Firefox, an mDNS name": [
    {
      candidate: "candidate:0 1 UDP 2122252543 0b9e4b0e-6a2f-4d46-9a6c-2d6a3f0c7d11.local 54321 typ host",
      ...placed,
      usernameFragment: "403a81e1",
    },
    "as it is",
  ],
  "Firefox, active TCP": [
    {
      candidate: "candidate:2 1 TCP 2105524479 0b9e4b0e-6a2f-4d46-9a6c-2d6a3f0c7d11.local 9 typ host tcptype active",
      ...placed,
    },
    "as it is",
  ],
  "Firefox, the end": [{ candidate: "", ...placed, usernameFragment: "b1104e3c" }, "as it is"],
  "the end as null": [null, "as it is"],
  "the end, of no section": [{ candidate: "" }, "as it is"],
  "the end, of sections of no name": [{ candidate: "", sdpMid: "", usernameFragment: "" }, { candidate: "" }],
  "the end as it stands in a description": [
    { candidate: "a=end-of-candidates", sdpMid: "0" },
    { candidate: "", sdpMid: "0" },
  ],
  "pion before 2025: no mid is an empty one": [
    { candidate: HOST, sdpMid: "", sdpMLineIndex: 0, usernameFragment: null },
    { candidate: HOST, sdpMLineIndex: 0, usernameFragment: null },
  ],
  "webrtc-rs: the same, over TCP": [
    {
      candidate: "candidate:1 1 tcp 2128609279 192.0.2.1 0 typ host tcptype active",
      sdpMid: "",
      sdpMLineIndex: 1,
      usernameFragment: "",
    },
    { candidate: "candidate:1 1 tcp 2128609279 192.0.2.1 0 typ host tcptype active", sdpMLineIndex: 1 },
  ],
  "libdatachannel: the attribute, not its value": [
    { candidate: `a=${HOST}`, sdpMid: "0" },
    { candidate: HOST, sdpMid: "0" },
  ],
  "a line with its line end": [{ candidate: `a=${HOST}\r\n`, ...placed }, { candidate: HOST, ...placed }],
  "a line with blanks around it": [{ candidate: ` ${HOST} `, ...placed }, { candidate: HOST, ...placed }],
  "go2rtc: no section": [{ candidate: HOST }, { candidate: HOST, sdpMLineIndex: 0 }],
  "no section, in as many words": [
    { candidate: HOST, sdpMid: null, sdpMLineIndex: null },
    { candidate: HOST, sdpMid: null, sdpMLineIndex: 0 },
  ],
  "an empty mid and no index": [{ candidate: HOST, sdpMid: "" }, { candidate: HOST, sdpMLineIndex: 0 }],
  "libwebrtc: -1 is no index": [
    { candidate: HOST, sdpMid: "audio", sdpMLineIndex: -1 },
    { candidate: HOST, sdpMid: "audio" },
  ],
  "libwebrtc: neither mid nor index": [
    { candidate: HOST, sdpMid: "", sdpMLineIndex: -1 },
    { candidate: HOST, sdpMLineIndex: 0 },
  ],
  "Android: a mid with a name": [{ candidate: HOST, sdpMid: "audio", sdpMLineIndex: 0 }, "as it is"],
  "GStreamer: an index and no mid": [
    { candidate: "candidate:1 1 UDP 2015363327 192.0.2.1 40000 typ host", sdpMLineIndex: 0 },
    "as it is",
  ],
  "an index and a mid of null": [{ candidate: HOST, sdpMid: null, sdpMLineIndex: 2 }, "as it is"],
  "iOS on mobile data": [
    {
      candidate: "candidate:387183333 1 udp 1686052607 198.51.100.1 31267 typ srflx raddr 192.0.2.1 rport 50028 " +
        "generation 0 network-id 1 network-cost 900",
      ...placed,
    },
    "as it is",
  ],
  "Safari: a hidden base": [
    {
      candidate:
        "candidate:842163049 1 udp 1677729535 198.51.100.1 51273 typ srflx raddr 0.0.0.0 rport 0 network-cost 999",
      ...placed,
    },
    "as it is",
  ],
  "FreeSWITCH: a foundation that starts with 0": [
    { candidate: "candidate:0560693492 1 udp 659136 198.51.100.1 16628 typ host generation 0", sdpMLineIndex: 0 },
    "as it is",
  ],
  "aiortc: a foundation of 32 characters": [
    {
      candidate: "candidate:274a8690a1ab621e92bd97a1abc6ea21 1 udp 2130706431 2001:db8::1 54723 typ host",
      ...placed,
    },
    "as it is",
  ],
  "pion: a second component": [
    { candidate: "candidate:233762139 2 udp 2130706431 192.0.2.1 39783 typ host", ...placed },
    "as it is",
  ],
  "pion: raddr without rport": [
    { candidate: "candidate:848194626 1 udp 16777215 198.51.100.1 5000 typ relay raddr 192.0.2.1", ...placed },
    "as it is",
  ],
  "a relay over IPv6": [
    { candidate: "candidate:551173388 1 udp 16777215 2001:db8::1 55901 typ relay raddr :: rport 0", ...placed },
    "as it is",
  ],
  "IPv4 written as IPv6": [
    { candidate: "candidate:1 1 udp 2130706431 ::ffff:192.0.2.1 40000 typ host", ...placed },
    "as it is",
  ],
  "SIPSorcery: an IPv6 zone": [
    { candidate: "candidate:2507 1 udp 659136 fe80::1%24 57148 typ host generation 0", ...placed },
    "left out",
  ],
  "pseudo-TLS over TCP": [
    { candidate: "candidate:2113932029 1 ssltcp 2113932029 198.51.100.1 443 typ host generation 0", ...placed },
    "left out",
  ],
  "pion: an address that was taken out": [
    { candidate: "candidate:1380287402 1 udp 2130706431 redacted-ip.invalid 60542 typ host", ...placed },
    "left out",
  ],
  "a name for the DNS": [{ candidate: HOST.replace("192.0.2.1", "pc.example.org"), ...placed }, "left out"],
  "the value without its name": [{ candidate: HOST.slice("candidate:".length), ...placed }, "left out"],
  "not a candidate": [{ candidate: "hello", ...placed }, "left out"],
  "a mid of 33 characters": [{ candidate: HOST, sdpMid: "m".repeat(33) }, "left out"],
  "a mid of two words": [{ candidate: HOST, sdpMid: "a b" }, "left out"],
  "an index of no description": [{ candidate: HOST, sdpMLineIndex: 65536 }, "left out"],
  "a ufrag of other characters": [{ candidate: HOST, ...placed, usernameFragment: "ab-d" }, "left out"],
  "a ufrag of three characters": [{ candidate: HOST, ...placed, usernameFragment: "abc" }, "left out"],
  "a second line": [{ candidate: `${HOST}\r\na=x:y`, ...placed }, "refused"],
  "a second line by LF": [{ candidate: `${HOST}\n${HOST}`, ...placed }, "refused"],
  "a second line by CR": [{ candidate: `${HOST}\ra=x:y`, ...placed }, "refused"],
  "NUL": [{ candidate: `${HOST} a \0`, ...placed }, "refused"],
  "a tab": [{ candidate: HOST.replace(" udp", "\tudp"), ...placed }, "refused"],
  "DEL": [{ candidate: `${HOST} a b\x7f`, ...placed }, "refused"],
  "C1": [{ candidate: `${HOST} a b\x85c`, ...placed }, "refused"],
  "over 1 KiB": [{ candidate: `${HOST} x ${"y".repeat(1024)}`, ...placed }, "refused"],
  "over 1 KiB of nothing we know": [{ candidate: "x".repeat(1025), ...placed }, "refused"],
  "a line end in a mid": [{ candidate: HOST, sdpMid: "0\n" }, "refused"],
  "a line end in a ufrag": [{ candidate: HOST, ...placed, usernameFragment: "abcd\r\n" }, "refused"],
  "a mid over 1 KiB": [{ candidate: HOST, sdpMid: "m".repeat(1025) }, "refused"],
};
