/**
 * Session descriptions as other stacks write them, rebuilt with addresses for documentation (RFC 5737, RFC 3849). Shortened in their
 * codecs; what is unusual in each is named.
 */

import { sdp } from "./sdp.ts";

const PRINT =
  "a=fingerprint:sha-256 5B:57:56:56:47:37:A2:76:46:2B:FA:72:6D:61:1D:70:98:8A:4B:8D:BD:E9:54:7E:0E:8D:86:7B:13:BD:5B:B3";

const ICE = ["a=ice-ufrag:WGLlXrCpTGFDczaD", "a=ice-pwd:ikkYSSwwcEqeapAGiibnhMltrcdcsDPE"];
const TRANSPORT = [...ICE, PRINT];
const OPUS = ["a=rtpmap:111 opus/48000/2", "a=fmtp:111 minptime=10;useinbandfec=1"];
const VP8 = ["a=rtpmap:96 VP8/90000", "a=rtcp-fb:96 nack pli"];
const AUDIO = "m=audio 9 UDP/TLS/RTP/SAVPF 111";
const VIDEO = "m=video 9 UDP/TLS/RTP/SAVPF 96";
const ANYWHERE = "c=IN IP4 0.0.0.0";
const start = (...session: string[]) => ["v=0", "o=- 4962303333179871722 1 IN IP4 0.0.0.0", "s=-", "t=0 0", ...session];

const host = (n: number, component = 1) =>
  `a=candidate:${n} ${component} udp 2130706431 192.0.2.${n} 5000${n} typ host`;

/** Descriptions of other stacks. `dropped`: how many of their candidates cannot be used. */
export const STACK_DESCRIPTIONS: Record<string, { type: "offer" | "answer"; sdp: string; dropped?: number }> = {
  "pion: the session's fingerprint, video first, every candidate twice, a data channel": {
    type: "offer",
    sdp: sdp(
      ...start(PRINT, "a=extmap-allow-mixed", "a=group:BUNDLE 0 1 2"),
      ...[VIDEO, ANYWHERE, "a=setup:actpass", "a=mid:0", ...ICE, "a=rtcp-mux", "a=rtcp-rsize", ...VP8],
      ...["a=ssrc:771866534 cname:pion", "a=ssrc:771866534 msid:pion video", "a=sendonly"],
      ...[host(1), host(1, 2), host(2), host(2, 2), "a=end-of-candidates"],
      ...[AUDIO, ANYWHERE, "a=setup:actpass", "a=mid:1", ...ICE, "a=rtcp-mux", ...OPUS, "a=sendrecv"],
      ...["m=application 9 UDP/DTLS/SCTP webrtc-datachannel", ANYWHERE, "a=setup:actpass", "a=mid:2", "a=sendrecv"],
      ...["a=sctp-port:5000", ...ICE],
    ),
  },
  "libdatachannel: the transport for the session, addresses of both sections in m= and c=": {
    type: "offer",
    sdp: sdp(
      ...start("a=group:BUNDLE 0 1", "a=group:LS 0 1", "a=setup:actpass", ...TRANSPORT, "a=ice-options:trickle"),
      ...["m=audio 4557 UDP/TLS/RTP/SAVPF 111", "c=IN IP4 192.0.2.1", "a=mid:0", "a=sendonly", "a=rtcp-mux", ...OPUS],
      ...["a=candidate:1 1 UDP 2015363327 192.0.2.1 4557 typ host"],
      ...["a=candidate:2 1 UDP 2015363583 fe80::1 10007 typ host", "a=end-of-candidates"],
      ...["m=video 4557 UDP/TLS/RTP/SAVPF 96", "c=IN IP4 192.0.2.1", "a=mid:1", "a=sendonly", "a=rtcp-mux", ...VP8],
    ),
  },
  "GStreamer: sections that are bundled only, with port 0": {
    type: "offer",
    sdp: sdp(
      ...start("a=ice-options:trickle", "a=group:BUNDLE video0 audio1"),
      ...[VIDEO, ANYWHERE, "a=setup:actpass", ...ICE, "a=rtcp-mux", "a=sendrecv", ...VP8, "a=mid:video0", PRINT],
      ...["m=audio 0 UDP/TLS/RTP/SAVPF 111", ANYWHERE, "a=setup:actpass", ...ICE, "a=bundle-only", "a=rtcp-mux"],
      ...["a=sendrecv", ...OPUS, "a=mid:audio1", PRINT],
    ),
  },
  "libnice: candidates before everything, no c= for the video": {
    type: "offer",
    sdp: sdp(
      ...["v=0", "o=- 3911343731 3911343731 IN IP4 0.0.0.0", "s=a 2 z", ANYWHERE, "t=0 0"],
      "a=group:BUNDLE audio0 video0",
      ...["m=audio 1 UDP/TLS/RTP/SAVPF 111", "a=candidate:1 1 UDP 2013266431 198.51.100.1 60128 typ host"],
      ...["a=candidate:3 1 TCP 1010827519 198.51.100.1 45962 typ host tcptype passive", "a=setup:actpass", ...OPUS],
      ...["a=rtcp:9 IN IP4 0.0.0.0", "a=rtcp-mux", "a=sendrecv", "a=mid:audio0", ...TRANSPORT],
      ...["m=video 1 UDP/TLS/RTP/SAVPF 96", "b=AS:2500", "a=setup:actpass", ...VP8, "a=rtcp-mux", "a=sendrecv"],
      ...["a=mid:video0", ...TRANSPORT],
    ),
  },
  "SIPSorcery: a candidate with an IPv6 zone, the profile without feedback": {
    type: "offer",
    dropped: 1,
    sdp: sdp(
      ...start("a=group:BUNDLE 0", "a=msid-semantic: WMS"),
      ...["m=audio 57148 UDP/TLS/RTP/SAVP 0 101", "c=IN IP6 2001:db8::1", "a=rtcp:9 IN IP4 0.0.0.0"],
      ...["a=candidate:2944 1 udp 659136 192.0.2.1 57148 typ host generation 0"],
      ...["a=candidate:2507 1 udp 659136 fe80::1%24 57148 typ host generation 0"],
      ...["a=candidate:3159 1 udp 659136 2001:db8::1 57148 typ host generation 0", ...TRANSPORT, "a=setup:actpass"],
      ...["a=mid:0", "a=sendrecv", "a=rtcp-mux", "a=rtpmap:0 PCMU/8000", "a=rtpmap:101 telephone-event/8000"],
    ),
  },
  "FreeSWITCH: an answer without mid": {
    type: "answer",
    sdp: sdp(
      ...["v=0", "o=FreeSWITCH 1538380016 1538380017 IN IP4 192.0.2.1", "s=FreeSWITCH", "c=IN IP4 192.0.2.1", "t=0 0"],
      ...["a=msid-semantic: WMS a", "m=audio 16628 UDP/TLS/RTP/SAVPF 111", ...OPUS, ...TRANSPORT, "a=setup:active"],
      ...["a=rtcp-mux", "a=rtcp:16628 IN IP4 192.0.2.1"],
      ...["a=candidate:0560693492 1 udp 659136 192.0.2.1 16628 typ host generation 0", "a=end-of-candidates"],
    ),
  },
  "aiortc: three fingerprints, foundations of 32 characters": {
    type: "answer",
    sdp: sdp(
      ...start("a=group:BUNDLE 0", "a=msid-semantic:WMS *", VIDEO.replace(" 9 ", " 32848 "), "c=IN IP4 192.0.2.1"),
      ...["a=recvonly", "a=mid:0", "a=rtcp:9 IN IP4 0.0.0.0", "a=rtcp-mux", ...VP8],
      ...["a=candidate:274a8690a1ab621e92bd97a1abc6ea21 1 udp 2130706431 192.0.2.1 32848 typ host"],
      ...["a=end-of-candidates", ...TRANSPORT, `a=fingerprint:sha-384 ${"AB:".repeat(47)}AB`],
      ...[`a=fingerprint:sha-512 ${"CD:".repeat(63)}CD`, "a=setup:active"],
    ),
  },
  "Janus: the first section is refused, and has no transport": {
    type: "answer",
    sdp: sdp(
      ...start("a=group:BUNDLE audio", "m=video 0 UDP/TLS/RTP/SAVPF 0", "a=mid:video", ANYWHERE, "a=inactive"),
      ...[AUDIO, ANYWHERE, "a=recvonly", "a=mid:audio", "a=rtcp-mux", ...TRANSPORT, "a=setup:active", ...OPUS],
      ...["a=candidate:1 1 udp 2013266431 192.0.2.1 46492 typ host", "a=end-of-candidates"],
    ),
  },
  "Android: two streams in one section, candidates before c=": {
    type: "offer",
    sdp: sdp(
      ...start("a=group:BUNDLE audio", "a=msid-semantic: WMS ARDAMS", AUDIO),
      ...[`${host(3)} generation 0 ufrag WGLl network-id 3 network-cost 10`, ANYWHERE, ...TRANSPORT],
      ...["a=ice-options:trickle renomination", "a=setup:actpass", "a=mid:audio", "a=sendrecv", "a=rtcp-mux", ...OPUS],
      ...["a=ssrc:1 cname:x", "a=ssrc:1 msid:ARDAMS a0", "a=ssrc:2 cname:x", "a=ssrc:2 msid:ARDAMS a1"],
    ),
  },
  "a description of nothing but candidates of no use": {
    type: "offer",
    dropped: 4,
    sdp: sdp(
      ...start("a=candidate:1 1 udp 1 session.example.org 1 typ host", "a=group:BUNDLE 0", AUDIO, ANYWHERE, "a=mid:0"),
      ...[
        "a=candidate:",
        "a=candidate 1 1 udp 1 192.0.2.7 1 typ host",
        "a=CANDIDATE:1 1 udp 1 a.example.org 1 typ host",
      ],
      ...[...TRANSPORT, "a=setup:actpass", "a=rtcp-mux", "a=sendrecv", ...OPUS],
    ),
  },
};
