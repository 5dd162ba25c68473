import assert from "node:assert/strict";
import { CHROMIUM_ANSWER, CHROMIUM_OFFER, FIREFOX_OFFER, sdp, WERIFT_OFFER } from "../../../tests/support/sdp.ts";
import { descriptionProblem } from "../../protocol/sdp.ts";
import { withBandwidthLimit, withSenderHints } from "./sdp_munging.ts";

const lines = (sdp: string) => sdp.split("\r\n");

for (const [name, sdp] of Object.entries({ CHROMIUM_OFFER, CHROMIUM_ANSWER, FIREFOX_OFFER, WERIFT_OFFER })) {
  Deno.test(`SDP munging: ${name} keeps every line but for formats and their order, and takes the hints once`, () => {
    const kept = (sdp: string) => lines(sdp).filter((line) => !/^(a=fmtp:|m=audio)/.test(line));
    assert.deepEqual(kept(withSenderHints(sdp)), kept(sdp));
    assert.equal(descriptionProblem(withSenderHints(sdp)), null);
    assert.equal(withSenderHints(withSenderHints(sdp)), withSenderHints(sdp));
  });
}

for (const [name, sdp] of Object.entries({ CHROMIUM_OFFER, FIREFOX_OFFER })) {
  Deno.test(`SDP munging: ${name} asks for silence suppression and error correction for Opus`, () => {
    const opus = /a=rtpmap:(\d+) opus\//i.exec(sdp)?.[1] ?? assert.fail("no Opus");
    const [format, ...more] = lines(withSenderHints(sdp)).filter((line) => line.startsWith(`a=fmtp:${opus} `));
    assert.match(format!, /;?useinbandfec=1;usedtx=1$/);
    assert.deepEqual(more, []);
    for (
      const parameter of lines(sdp).find((line) => line.startsWith(`a=fmtp:${opus} `))?.split(" ")[1]?.split(";") ?? []
    ) {
      assert.ok(format!.includes(parameter), `${parameter} is lost`);
    }
  });
}

Deno.test("SDP munging: redundant audio is first in the list of formats, where there is any", () => {
  const first = (sdp: string) => /^m=audio .*$/m.exec(withSenderHints(sdp))?.[0].trim();
  const audio = sdp("m=audio 9 UDP/TLS/RTP/SAVPF 11 9 63 111", "a=rtpmap:11 opus/48000/2", "a=rtpmap:63 red/48000/2");
  assert.equal(first(audio), "m=audio 9 UDP/TLS/RTP/SAVPF 63 11 9 111");
  assert.equal(first(audio.replace("red/", "G722/")), "m=audio 9 UDP/TLS/RTP/SAVPF 11 9 63 111");
  assert.equal(first(audio.replace("a=rtpmap:63", "a=rtpmap:111")), "m=audio 9 UDP/TLS/RTP/SAVPF 111 11 9 63");
  // Of pictures it would carry no second one.
  const video = sdp("m=video 9 UDP/TLS/RTP/SAVPF 96 97", "a=rtpmap:96 VP8/90000", "a=rtpmap:97 red/90000");
  assert.match(withSenderHints(video), /^m=video 9 UDP\/TLS\/RTP\/SAVPF 96 97\r$/m);
});

Deno.test("SDP munging: a start bitrate for every video codec, and for no repair or redundancy format", () => {
  const video = sdp(
    "m=video 9 UDP/TLS/RTP/SAVPF 96 97 98 99",
    "a=rtpmap:96 VP8/90000",
    "a=rtpmap:97 rtx/90000",
    "a=fmtp:97 apt=96",
    "a=rtpmap:98 VP9/90000",
    "a=fmtp:98 profile-id=0;x-google-start-bitrate=100",
    "a=rtpmap:99 red/90000",
  );
  assert.deepEqual(lines(withSenderHints(video)).filter((line) => line.startsWith("a=fmtp:")), [
    "a=fmtp:96 x-google-start-bitrate=2500",
    "a=fmtp:97 apt=96",
    "a=fmtp:98 profile-id=0;x-google-start-bitrate=2500",
  ]);
});

Deno.test("SDP munging: other payload types with the same first digits are not touched", () => {
  const audio = sdp(
    "m=audio 9 UDP/TLS/RTP/SAVPF 11 111",
    "a=rtpmap:11 opus/48000/2",
    "a=rtpmap:111 PCMU/8000",
    "a=fmtp:111 usedtx=0",
  );
  assert.equal(
    withSenderHints(audio),
    audio.replace("a=rtpmap:111", "a=fmtp:11 useinbandfec=1;usedtx=1\r\na=rtpmap:111"),
  );
});

Deno.test("SDP munging: a side that saves data limits the bandwidth of every video section, and of no other", () => {
  for (const sdp of [CHROMIUM_OFFER, CHROMIUM_ANSWER, FIREFOX_OFFER]) {
    const asked = withBandwidthLimit(sdp);
    const pictures = sdp.match(/^m=video/gm)!.length;
    assert.equal(asked.match(/^c=.*\r\nb=AS:500\r\n/gm)!.length, pictures);
    assert.equal(asked.replaceAll("b=AS:500\r\n", ""), sdp);
    assert.equal(descriptionProblem(asked), null);
    assert.ok(!asked.split(/(?=^m=)/m).some((section) => section.startsWith("m=audio") && section.includes("b=AS")));
  }
});
