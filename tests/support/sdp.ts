/** Session descriptions and candidate lines as real endpoints write them, shortened in their codecs only. */

/** Lines joined as RFC 8866 wants them. */
export const sdp = (...lines: string[]): string => lines.map((line) => line + "\r\n").join("");

const CHROMIUM_PRINT =
  "a=fingerprint:sha-256 D8:48:84:AB:D6:89:0A:D2:B9:07:B5:EE:42:0D:FE:81:D2:E0:15:55:ED:A5:74:C0:61:11:B2:49:5D:FE:35:FB";
const CHROMIUM_TRANSPORT = ["a=ice-ufrag:GKNL", "a=ice-pwd:CwrrSfBaZtwgSEQtrWlHJjVT", "a=ice-options:trickle"]
  .concat(CHROMIUM_PRINT);

/** Chromium 156, `localDescription` of an offer once gathering has ended: candidates, their addresses in `c=`, ports in `m=`. */
export const CHROMIUM_OFFER = sdp(
  "v=0",
  "o=- 6189782556014825591 2 IN IP4 127.0.0.1",
  "s=-",
  "t=0 0",
  "a=group:BUNDLE 0 1 2",
  "a=extmap-allow-mixed",
  "a=msid-semantic: WMS 3eae8c25-fa15-4331-bf0e-28a721389ad1",
  "m=audio 47059 UDP/TLS/RTP/SAVPF 111 63",
  "c=IN IP4 192.0.2.2",
  "a=rtcp:47060 IN IP4 192.0.2.2",
  "a=candidate:1069576794 1 udp 2122063615 192.0.2.2 47059 typ host generation 0 network-id 1",
  "a=candidate:951197418 1 udp 2122134271 2001:db8::2 57906 typ host generation 0 network-id 2",
  "a=candidate:842163049 1 udp 1685987071 203.0.113.5 47059 typ srflx raddr 192.0.2.2 rport 47059 generation 0",
  "a=candidate:1091539138 1 tcp 1518083839 192.0.2.2 9 typ host tcptype active generation 0 network-id 1",
  ...CHROMIUM_TRANSPORT,
  "a=setup:actpass",
  "a=mid:0",
  "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
  "a=sendrecv",
  "a=msid:3eae8c25-fa15-4331-bf0e-28a721389ad1 1506f9b1-7723-4a12-a37f-ed939a536398",
  "a=rtcp-mux",
  "a=rtcp-rsize",
  "a=rtcp-xr:rcvr-rtt=all",
  "a=rtpmap:111 opus/48000/2",
  "a=rtcp-fb:111 transport-cc",
  "a=fmtp:111 minptime=10;useinbandfec=1",
  "a=rtpmap:63 red/48000/2",
  "a=ssrc:2910137176 cname:x3kPq1m/9ZfE0aLw",
  "m=video 53456 UDP/TLS/RTP/SAVPF 96 97",
  "c=IN IP4 192.0.2.2",
  "a=rtcp:9 IN IP4 0.0.0.0",
  "a=candidate:1069576794 1 udp 2122063615 192.0.2.2 53456 typ host generation 0 network-id 1",
  ...CHROMIUM_TRANSPORT,
  "a=setup:actpass",
  "a=mid:1",
  "a=sendrecv",
  "a=rtcp-mux",
  "a=rtpmap:96 VP8/90000",
  "a=rtcp-fb:96 nack pli",
  "a=rtpmap:97 rtx/90000",
  "a=fmtp:97 apt=96",
  "a=ssrc-group:FID 864746676 864746677",
  "m=application 40250 UDP/DTLS/SCTP webrtc-datachannel",
  "c=IN IP4 192.0.2.2",
  "a=candidate:1069576794 1 udp 2122063615 192.0.2.2 40250 typ host generation 0 network-id 1",
  ...CHROMIUM_TRANSPORT,
  "a=setup:actpass",
  "a=mid:2",
  "a=sctp-port:5000",
  "a=max-message-size:262144",
);

const section = (kind: string, mid: number, ...transport: string[]) => [
  `m=${kind} 9 UDP/TLS/RTP/SAVPF 96`,
  "c=IN IP4 0.0.0.0",
  "a=rtcp:9 IN IP4 0.0.0.0",
  ...transport,
  "a=setup:active",
  `a=mid:${mid}`,
  "a=sendrecv",
  "a=rtcp-mux",
];

const chromium = (id: string, ...media: string[]) =>
  sdp(`v=0`, `o=- ${id} 2 IN IP4 127.0.0.1`, "s=-", "t=0 0", "a=group:BUNDLE 0 1", "a=msid-semantic: WMS", ...media);

/** Chromium 156, as `createAnswer` returns it. */
export const CHROMIUM_ANSWER = chromium(
  "3778404721868270965",
  ...section("audio", 0, ...CHROMIUM_TRANSPORT),
  ...section("video", 1, ...CHROMIUM_TRANSPORT),
);

/** A trickling offer: nothing was gathered when it was made. */
export const TRICKLE_OFFER = CHROMIUM_ANSWER.replaceAll("a=setup:active", "a=setup:actpass");

/** The second section leaves its transport to the one it is bundled with (RFC 9143, section 7.3). */
export const BUNDLED_ANSWER = chromium(
  "3778404721868270966",
  ...section("audio", 0, ...CHROMIUM_TRANSPORT),
  ...section("video", 1),
);

const FIREFOX_SESSION = [
  "v=0",
  "o=mozilla...THIS_IS_SDPARTA-99.0 4965361871953527393 0 IN IP4 0.0.0.0",
  "s=-",
  "t=0 0",
  "a=sendrecv",
  "a=fingerprint:sha-256 B5:F2:11:C2:37:46:95:B6:19:8C:2C:D7:D8:D3:50:CC:54:F4:CF:EB:BA:A8:16:6E:3E:95:1B:1B:66:8B:6C:EB",
  "a=group:BUNDLE 0 1",
  "a=ice-options:trickle",
  "a=msid-semantic:WMS *",
];
const FIREFOX_ICE = ["a=ice-pwd:d3c1f60e4db3b7bd4b4d6f6e0a8d7fd5", "a=ice-ufrag:6f2a90bd"];

/** Firefox ESR: fingerprint for the session, `UDP` and `TCP` in capitals, RTCP candidates, credentials after the candidates. */
export const FIREFOX_OFFER = sdp(
  ...FIREFOX_SESSION,
  "m=audio 54321 UDP/TLS/RTP/SAVPF 109",
  "c=IN IP4 203.0.113.9",
  "a=candidate:0 1 UDP 2122252543 7a1c1ac8-5a0d-4a2e-9c3b-0d6c9a1f7e55.local 54321 typ host",
  "a=candidate:3 1 UDP 2122187007 2001:db8::17 54322 typ host",
  "a=candidate:6 1 TCP 2105524479 198.51.100.17 9 typ host tcptype active",
  "a=candidate:1 1 UDP 1686052863 203.0.113.9 54321 typ srflx raddr 0.0.0.0 rport 0",
  "a=candidate:0 2 UDP 2122252542 198.51.100.17 54323 typ host",
  "a=sendrecv",
  "a=end-of-candidates",
  "a=fmtp:109 maxplaybackrate=48000;stereo=1;useinbandfec=1",
  ...FIREFOX_ICE,
  "a=mid:0",
  "a=msid:{7a1c1ac8-5a0d-4a2e-9c3b-0d6c9a1f7e55} {0c3bd6c9-a1f7-4e55-8a1c-5a0d4a2e9c3b}",
  "a=rtcp:54323 IN IP4 203.0.113.9",
  "a=rtcp-mux",
  "a=rtpmap:109 opus/48000/2",
  "a=setup:actpass",
  "m=video 0 UDP/TLS/RTP/SAVPF 120",
  "c=IN IP4 0.0.0.0",
  "a=bundle-only",
  "a=sendrecv",
  ...FIREFOX_ICE,
  "a=mid:1",
  "a=rtpmap:120 VP8/90000",
  "a=setup:actpass",
);

/** Firefox ESR refusing the video: port 0, and a section with no transport at all. */
export const FIREFOX_ANSWER = sdp(
  ...FIREFOX_SESSION.map((line) => line.replace("BUNDLE 0 1", "BUNDLE 0")),
  "m=audio 9 UDP/TLS/RTP/SAVPF 109",
  "c=IN IP4 0.0.0.0",
  "a=recvonly",
  ...FIREFOX_ICE,
  "a=mid:0",
  "a=rtcp-mux",
  "a=rtpmap:109 opus/48000/2",
  "a=setup:active",
  "m=video 0 UDP/TLS/RTP/SAVPF 120",
  "c=IN IP4 0.0.0.0",
  "a=inactive",
  "a=mid:1",
  "a=rtpmap:120 VP8/90000",
);

/** All transport attributes for the session, as small native endpoints write it. */
export const SESSION_LEVEL_OFFER = sdp(
  "v=0",
  "o=- 1 1 IN IP4 198.51.100.7",
  "s=-",
  "c=IN IP4 198.51.100.7",
  "t=0 0",
  ...CHROMIUM_TRANSPORT,
  "a=setup:actpass",
  "m=audio 5004 UDP/TLS/RTP/SAVPF 0",
  "a=rtcp-mux",
  "a=mid:0",
  "a=candidate:1 1 UDP 2130706431 198.51.100.7 5004 typ host",
);

/** werift 0.25: candidates before the credentials, every section ends its own. */
export const WERIFT_OFFER = sdp(
  "v=0",
  "o=- 37813429 0 IN IP4 0.0.0.0",
  "s=-",
  "t=0 0",
  "a=group:BUNDLE 0",
  "a=extmap-allow-mixed",
  "a=msid-semantic:WMS *",
  "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
  "c=IN IP4 0.0.0.0",
  "a=candidate:32b1715da3b0ef8ba684454eb 1 udp 2116026367 192.0.2.2 44169 typ host generation 0 ufrag 6502",
  "a=candidate:9c29a2bc887618212a1623bfa 1 udp 2116026367 2001:db8::2 36284 typ host generation 0 ufrag 6502",
  "a=end-of-candidates",
  "a=ice-ufrag:6502",
  "a=ice-pwd:3053aee9c3e038fcdec7e2",
  "a=ice-options:trickle",
  CHROMIUM_PRINT,
  "a=setup:actpass",
  "a=mid:0",
  "a=sctp-port:5000",
  "a=max-message-size:65536",
);

export const OFFERS = { CHROMIUM_OFFER, TRICKLE_OFFER, FIREFOX_OFFER, SESSION_LEVEL_OFFER, WERIFT_OFFER };
export const ANSWERS = { CHROMIUM_ANSWER, BUNDLED_ANSWER, FIREFOX_ANSWER };

/** The n-th candidate of an endpoint, as `RTCIceCandidate.toJSON` gives it. */
export const candidate = (n: number) => ({
  candidate: `candidate:${n} 1 udp 2122063615 192.0.2.2 ${40000 + n} typ host generation 0 ufrag GKNL network-id 1`,
  sdpMid: "0",
  sdpMLineIndex: 0,
  usernameFragment: "GKNL",
});

/** The n-th relayed one. */
export const relayed = (n: number) => ({
  candidate: `candidate:${n} 1 udp 41885439 203.0.113.1 ${
    50000 + n
  } typ relay raddr 192.0.2.2 rport 40000 generation 0`,
  sdpMid: "0",
  sdpMLineIndex: 0,
  usernameFragment: "GKNL",
});
