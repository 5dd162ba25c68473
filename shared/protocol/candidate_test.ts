import assert from "node:assert/strict";
import { mutated } from "../../tests/support/mutated.ts";
import { fc } from "../../tests/support/packages.ts";
import { candidateProblem, readCandidate } from "./candidate.ts";

fc.configureGlobal({ seed: 17, numRuns: 300 });

const LINE = "candidate:1 1 udp 2122063615 192.0.2.2 47059 typ host";
const long = (length: number) => LINE + " x " + "y".repeat(length - LINE.length - 3);

const goodCandidates: Record<string, string> = {
  "plain": LINE,
  "upper case": "CANDIDATE:1 1 UDP 2122063615 192.0.2.2 47059 TYP HOST",
  "IPv6": "candidate:1 1 udp 1 2001:db8::2 1 typ host",
  "IPv6 loopback": "candidate:1 1 udp 1 ::1 1 typ host",
  "IPv6, v4-mapped": "candidate:1 1 udp 1 ::ffff:192.0.2.1 1 typ host",
  "IPv6, written out": "candidate:1 1 udp 1 2001:DB8:0:0:0:0:0:2 1 typ host",
  "mDNS": "candidate:1 1 udp 1 7a1c1ac8-5a0d-4a2e-9c3b-0d6c9a1f7e55.local 1 typ host",
  "mDNS, upper case": "candidate:1 1 udp 1 7A1C1AC8.LOCAL 1 typ host",
  "raddr and rport": "candidate:1 1 udp 1 203.0.113.5 1 typ srflx raddr 192.0.2.2 rport 47059",
  "raddr alone": "candidate:1 1 udp 1 203.0.113.5 1 typ srflx raddr 192.0.2.2",
  "rport alone": "candidate:1 1 udp 1 203.0.113.5 1 typ srflx rport 9",
  "raddr hidden": "candidate:1 1 udp 1 203.0.113.5 1 typ relay raddr 0.0.0.0 rport 0",
  "raddr hidden, IPv6": "candidate:1 1 udp 1 2001:db8::5 1 typ relay raddr :: rport 0",
  "tcptype": "candidate:1 1 tcp 1 192.0.2.2 9 typ host tcptype active",
  "tcptype passive, prflx": "candidate:1 1 TCP 1 192.0.2.2 4000 typ prflx raddr 192.0.2.9 rport 9 tcptype passive",
  "extensions": `${LINE} generation 0 ufrag GKNL network-id 3 network-cost 50`,
  "the bounds": `candidate:${"a".repeat(32)} 256 udp 2147483647 255.255.255.255 65535 typ host`,
  "port 0, component 1, priority 1": "candidate:+/ 1 udp 1 0.0.0.0 0 typ host",
  "1 KiB": long(1024),
  "Chromium":
    "candidate:4013035342 1 tcp 1518214911 127.0.0.1 9 typ host tcptype active generation 0 ufrag GKNL network-id 3 network-cost 50",
  "Chromium, relay":
    "candidate:3098175849 1 udp 41885439 203.0.113.7 20012 typ relay raddr 198.51.100.3 rport 53214 generation 0 ufrag GKNL",
  "Firefox": "candidate:0 1 UDP 2122252543 7a1c1ac8-5a0d-4a2e-9c3b-0d6c9a1f7e55.local 54321 typ host",
  "Firefox, RTCP": "candidate:1 2 UDP 1686052862 203.0.113.9 54323 typ srflx raddr 0.0.0.0 rport 0",
  "werift": "candidate:9c29a2bc887618212a1623bfa 1 udp 2116026367 fd00::2 60487 typ host generation 0 ufrag 6502",
};

for (const [name, line] of Object.entries(goodCandidates)) {
  Deno.test(`[R17] candidate accepted: ${name}`, () => assert.equal(candidateProblem(line), null));
}

const FQDN = "evil.example.org";
const badCandidates: Record<string, string> = {
  "empty": "",
  "not a candidate": "hello",
  "attribute line": `a=${LINE}`,
  "a domain name": LINE.replace("192.0.2.2", FQDN),
  "a domain name under .local": LINE.replace("192.0.2.2", "a.b.local"),
  "a domain name in raddr": `${LINE} raddr ${FQDN} rport 9`,
  "a number for an address": LINE.replace("192.0.2.2", "3221225986"),
  "IPv4 out of range": LINE.replace("192.0.2.2", "192.0.2.256"),
  "IPv4 too short": LINE.replace("192.0.2.2", "192.0.2"),
  "IPv4 too long": LINE.replace("192.0.2.2", "192.0.2.2.2"),
  "IPv6 too long": LINE.replace("192.0.2.2", "1:2:3:4:5:6:7:8:9"),
  "IPv6 with two gaps": LINE.replace("192.0.2.2", "1::2::3"),
  "IPv6 with a zone": LINE.replace("192.0.2.2", "fe80::1%eth0"),
  "IPv6 in brackets": LINE.replace("192.0.2.2", "[::1]"),
  "port 65536": LINE.replace("47059", "65536"),
  "port of six digits": LINE.replace("47059", "100000"),
  "port not a number": LINE.replace("47059", "http"),
  "port negative": LINE.replace("47059", "-1"),
  "rport 65536": `${LINE} raddr 192.0.2.1 rport 65536`,
  "priority 0": LINE.replace("2122063615", "0"),
  "priority 2^31": LINE.replace("2122063615", "2147483648"),
  "priority with a fraction": LINE.replace("2122063615", "1.5"),
  "component 0": LINE.replace(":1 1 ", ":1 0 "),
  "component 257": LINE.replace(":1 1 ", ":1 257 "),
  "no foundation": LINE.replace(":1 1 ", ": 1 "),
  "foundation of 33": LINE.replace(":1 1 ", `:${"a".repeat(33)} 1 `),
  "foundation with a dash": LINE.replace(":1 1 ", ":a-b 1 "),
  "unknown transport": LINE.replace("udp", "sctp"),
  "no typ": LINE.replace(" typ host", ""),
  "typ with no value": LINE.replace(" host", ""),
  "unknown typ": LINE.replace("host", "magic"),
  "extension without a value": `${LINE} generation`,
  "three extension words": `${LINE} generation 0 ufrag`,
  "two spaces": LINE.replace(" udp", "  udp"),
  "leading space": ` ${LINE}`,
  "trailing space": `${LINE} `,
  "trailing line end": `${LINE}\r\n`,
  "trailing LF": `${LINE}\n`,
  "a second line": `${LINE}\r\na=candidate:2 1 udp 1 192.0.2.3 1 typ host`,
  "a second line by CR": `${LINE}\ra=x:y`,
  "NUL": `${LINE} a \0`,
  "tab": LINE.replace(" udp", "\tudp"),
  "DEL": `${LINE} a b\x7f`,
  "non-ASCII": `${LINE} name ж`,
  "non-ASCII digits": LINE.replace("47059", "٤٧"),
  "over 1 KiB": long(1025),
};

for (const [name, line] of Object.entries(badCandidates)) {
  Deno.test(`[R17] candidate refused: ${name}`, () => {
    const problem = candidateProblem(line);
    assert.ok(problem, "it was accepted");
    for (const sent of ["evil", "192.0.2", "47059", "magic"]) assert.ok(!problem.includes(sent), problem);
  });
}

Deno.test("[R17] a mutated candidate is judged, never thrown at", () => {
  fc.assert(fc.property(mutated(Object.values(goodCandidates)), (line) => {
    const problem = candidateProblem(line);
    assert.ok(problem === null || problem.length > 0);
    // deno-lint-ignore no-control-regex
    if (problem === null) assert.match(line, /^[^\x00-\x1f\x7f-\u{10ffff}]+$/u);
  }));
});

Deno.test("[R17] a hostile line is judged quickly", () => {
  const pieces = fc.constantFrom(" x", " x y", "1:", "::", "0", "a", " raddr 1.1.1.1", " rport 9", "1.", "-", "  ");
  const near = (text: string) => fc.constantFrom(...[LINE, "candidate:", `${LINE} raddr `, text]);
  fc.assert(
    fc.property(near("candidate:1 1 udp 1 "), pieces, fc.constantFrom("", "!", "\0", " "), (head, piece, tail) => {
      const line = (head + piece.repeat(1024)).slice(0, 1023) + tail;
      const start = performance.now();
      candidateProblem(line);
      readCandidate({ candidate: line });
      const took = performance.now() - start;
      assert.ok(took < 250, `${took} ms for ${JSON.stringify(line.slice(0, 80))}`);
    }),
  );
});
