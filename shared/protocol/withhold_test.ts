import assert from "node:assert/strict";
import { fc } from "../../tests/support/packages.ts";
import * as real from "../../tests/support/sdp.ts";
import { candidate, OFFERS, sdp } from "../../tests/support/sdp.ts";
import { clientMessages } from "./client_messages.ts";
import { descriptionProblem, withholdAddresses } from "./sdp.ts";

fc.configureGlobal({ seed: 6, numRuns: 300 });

/** Every address and port of the fixtures that must not be seen. */
const SECRETS =
  /192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|2001:db8|\.local|47059|47060|53456|40250|54321|54323|44169|36284|5004\b/i;

for (const [name, offer] of Object.entries(OFFERS)) {
  Deno.test(`[R6] no address survives: ${name}`, () => {
    const { sdp: text } = withholdAddresses(offer);
    assert.doesNotMatch(text, SECRETS, "an address survived");
    assert.doesNotMatch(text, /candidate/i);
    assert.equal(descriptionProblem(text), null);
    assert.deepEqual(withholdAddresses(text), { sdp: text, candidates: [] }, "idempotent");
  });

  Deno.test(`[R6] all else stays, line by line: ${name}`, () => {
    const addressed = /^(c=|o=|m=|a=rtcp:|a=candidate:|a=end-of-candidates)/;
    const rest = (text: string) => text.split("\r\n").filter((line) => !addressed.test(line));
    assert.deepEqual(rest(withholdAddresses(offer).sdp), rest(offer));
  });

  Deno.test(`[R6] what was taken out is what a client may send: ${name}`, () => {
    for (const candidate of withholdAddresses(offer).candidates) {
      const message = { type: "call:ice-candidate", chatId: "c", candidate };
      assert.deepEqual(clientMessages["call:ice-candidate"].parse(message), message);
    }
  });
}

Deno.test("[R6] candidates come back in order, with section and ufrag: Chromium", () => {
  const { candidates } = withholdAddresses(real.CHROMIUM_OFFER);
  assert.deepEqual(
    candidates.map(({ sdpMid, sdpMLineIndex, usernameFragment }) => [sdpMid, sdpMLineIndex, usernameFragment]),
    [
      ["0", 0, "GKNL"],
      ["0", 0, "GKNL"],
      ["0", 0, "GKNL"],
      ["0", 0, "GKNL"],
      ["1", 1, "GKNL"],
      ["2", 2, "GKNL"],
    ],
  );
  const lines = real.CHROMIUM_OFFER.split("\r\n").filter((line) => line.startsWith("a=candidate:"));
  assert.deepEqual(candidates.map((init) => `a=${init.candidate}`), lines);
});

Deno.test("[R6] the end of the candidates comes back as an empty one: Firefox, werift", () => {
  const ends = { candidate: "", sdpMid: "0", sdpMLineIndex: 0 };
  assert.deepEqual(withholdAddresses(real.FIREFOX_OFFER).candidates.at(-1), { ...ends, usernameFragment: "6f2a90bd" });
  const werift = withholdAddresses(real.WERIFT_OFFER).candidates;
  assert.equal(werift.length, 3);
  assert.deepEqual(werift.at(-1), { ...ends, usernameFragment: "6502" });
});

Deno.test("[R6] m-line ports become 9, and 0 stays 0", () => {
  const ports = (text: string) => [...text.matchAll(/^m=\S+ (\d+)/gm)].map((match) => match[1]);
  assert.deepEqual(ports(withholdAddresses(real.FIREFOX_OFFER).sdp), ["9", "0"]);
  assert.deepEqual(ports(withholdAddresses(real.CHROMIUM_OFFER).sdp), ["9", "9", "9"]);
});

Deno.test("[R6] c=, a=rtcp and o= name nobody", () => {
  const lines = withholdAddresses(real.CHROMIUM_OFFER + real.SESSION_LEVEL_OFFER).sdp.split("\r\n");
  const starting = (start: string) => new Set(lines.filter((line) => line.startsWith(start)));
  assert.deepEqual(starting("c="), new Set(["c=IN IP4 0.0.0.0"]));
  assert.deepEqual(starting("a=rtcp:"), new Set(["a=rtcp:9 IN IP4 0.0.0.0"]));
  assert.deepEqual(starting("o="), new Set(["o=- 6189782556014825591 2 IN IP4 127.0.0.1", "o=- 1 1 IN IP4 0.0.0.0"]));
});

const spots: Record<string, string> = {
  "LF line ends": real.CHROMIUM_OFFER.replaceAll("\r\n", "\n"),
  "CR line ends": real.CHROMIUM_OFFER.replaceAll("\r\n", "\r"),
  "capitals": real.CHROMIUM_OFFER.replaceAll("a=candidate:", "a=CANDIDATE:"),
  "c= for IPv6": real.TRICKLE_OFFER.replaceAll("c=IN IP4 0.0.0.0", "c=IN IP6 2001:db8::2"),
  "o= for IPv6": real.TRICKLE_OFFER.replace("IN IP4 127.0.0.1", "IN IP6 2001:db8::2"),
  "o= with a host name": real.TRICKLE_OFFER.replace("IN IP4 127.0.0.1", "IN IP4 laptop.local"),
  "o= that starts like the loopback": real.TRICKLE_OFFER.replace("IN IP4 127.0.0.1", "IN IP4 192.0.2.127.0.0.1"),
  "o= with a blank at its end": real.TRICKLE_OFFER.replace("IN IP4 127.0.0.1", "IN IP4 192.0.2.2 "),
  "a port range": real.TRICKLE_OFFER.replace("m=audio 9", "m=audio 47059/2"),
  "session-level candidate": real.TRICKLE_OFFER.replace("t=0 0", `t=0 0\r\na=${candidate(1).candidate}`),
  "session-level end": real.TRICKLE_OFFER.replace("t=0 0", "t=0 0\r\na=end-of-candidates"),
};

for (const [name, offer] of Object.entries(spots)) {
  Deno.test(`[R6] no address survives: ${name}`, () => {
    assert.equal(descriptionProblem(offer), null);
    const { sdp: text } = withholdAddresses(offer);
    assert.doesNotMatch(text, SECRETS, "an address survived");
    assert.doesNotMatch(text, /candidate/i);
    assert.equal(descriptionProblem(text), null);
  });
}

Deno.test("[R6] a=remote-candidates (RFC 8839, section 5.2) carries addresses too, and is taken out", () => {
  const offer = real.TRICKLE_OFFER + sdp("a=remote-candidates:1 192.0.2.2 47059 2 192.0.2.2 47060");
  assert.equal(descriptionProblem(offer), null);
  assert.doesNotMatch(withholdAddresses(offer).sdp, SECRETS, "an address survived");
});

Deno.test("[R6] a description either is refused or gives candidates that the protocol carries, whatever its mid and ufrag", () => {
  const odd = [
    "a=mid:" + "m".repeat(33),
    "a=mid:two words",
    "a=mid:жук",
    "a=ice-ufrag:abc",
    "a=ice-ufrag:not ice chars",
  ];
  const accepted = odd.filter((line) => {
    const name = line.slice(0, line.indexOf(":"));
    const offer = real.WERIFT_OFFER.replace(new RegExp(`${name}:.*`), line).replace("a=group:BUNDLE 0\r\n", "");
    if (descriptionProblem(offer) !== null) return false;
    const parsed = withholdAddresses(offer).candidates
      .map((candidate) =>
        clientMessages["call:ice-candidate"].safeParse({ type: "call:ice-candidate", chatId: "c", candidate })
      );
    return parsed.some(({ success }) => !success);
  });
  assert.deepEqual(accepted, []);
});

Deno.test("[R6] property: nothing is left of any candidate, anywhere in an offer", () => {
  const lines = fc.array(
    fc.oneof(
      fc.nat(65535).map((n) => `a=${candidate(n).candidate}`),
      fc.constantFrom("a=end-of-candidates", "c=IN IP4 192.0.2.2", "a=rtcp:47060 IN IP6 2001:db8::2", "a=x:y"),
      fc.constantFrom("A=CANDIDATE:x", "m=audio 47059 UDP/TLS/RTP/SAVPF 0", "m=video 0 UDP/TLS/RTP/SAVPF 0"),
    ),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.values(OFFERS)),
      lines,
      fc.constantFrom("\r\n", "\n", "\r"),
      (offer, more, end) => {
        const { sdp: text, candidates } = withholdAddresses(offer.replaceAll("\r\n", end) + more.join(end) + end);
        assert.doesNotMatch(text, /^a=candidate/im);
        assert.doesNotMatch(text, SECRETS, "an address survived");
        assert.ok(text.endsWith("\r\n"));
        const sections = text.split("\r\n").filter((line) => line.startsWith("m=")).length;
        for (const { sdpMLineIndex } of candidates) assert.ok(sdpMLineIndex! >= 0 && sdpMLineIndex! < sections);
      },
    ),
  );
});

Deno.test("[R6] property: any text is split without an exception, and idempotently", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 400 }), (text) => {
    const once = withholdAddresses(text);
    assert.equal(withholdAddresses(once.sdp).sdp, once.sdp);
    assert.doesNotMatch(once.sdp, /^a=candidate/im);
  }));
});
