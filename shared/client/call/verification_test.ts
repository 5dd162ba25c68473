import assert from "node:assert/strict";
import { pbkdf2Sync } from "node:crypto";
import { pbkdf2 } from "../platform/browser/pbkdf2.ts";
import { digitsOf, fingerprintsOf } from "./verification.ts";

const A = "sha-256 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:00:11:22:33:44:55:66:77:88:99:AA:BB";
const B = "sha-256 12:DF:3E:5D:49:6B:19:E5:7C:AB:4A:AD:B9:B1:3F:82:18:3B:54:02:00:11:22:33:44:55:66:77:88:99:AA:BB";
const M = "sha-256 FF:DF:3E:5D:49:6B:19:E5:7C:AB:4A:AD:B9:B1:3F:82:18:3B:54:02:00:11:22:33:44:55:66:77:88:99:AA:BB";

/** A description with these fingerprints, for the session and for its sections. */
function sdp(session: string[], ...sections: string[][]): string {
  const lines = (fingerprints: string[]) => fingerprints.map((fingerprint) => `a=fingerprint:${fingerprint}`);
  const head = ["v=0", "o=- 1 2 IN IP4 0.0.0.0", "s=-", "t=0 0", ...lines(session)];
  const parts = sections.flatMap((section) => ["m=audio 9 UDP/TLS/RTP/SAVPF 111", ...lines(section), "a=mid:0"]);
  return [...head, ...parts, ""].join("\r\n");
}
const side = (...fingerprints: string[]) => sdp(fingerprints, []);

const same = (one: string | null, other: string | null) => assert.equal(one, other);
const differ = (one: string | null, other: string | null) => {
  assert.ok(one !== null && other !== null);
  assert.notEqual(one, other);
};

Deno.test("verification: the same from both sides, wherever and however the fingerprints are written", () => {
  const expected = fingerprintsOf({ local: side(A), remote: side(B) });
  assert.ok(expected!.includes(A.slice(8)) && expected!.includes(B.slice(8)));
  const [a, b] = [A, B].map((text) => text.toLowerCase());
  same(fingerprintsOf({ local: side(B), remote: side(A) }), expected);
  same(fingerprintsOf({ local: sdp([], [B], [B]), remote: sdp([A], [A]) }), expected);
  same(fingerprintsOf({ local: side(b!.replace("sha", "SHA")), remote: sdp([], [a!], [A]) }), expected);
  same(fingerprintsOf({ local: side(B).replaceAll("\r\n", "\n"), remote: side(A) }), expected);
});

Deno.test("verification: a certificate between the two makes the sides differ, however it is put there", () => {
  const given: [toAnn: string[], toBob: string[]][] = [
    [[M], [M]],
    [[M], [M.replace("FF:", "FE:")]],
    [[M, B], [M, A]],
    [[B, M], [A, M]],
    [[M, A], [M, B]],
    [[M, A, B], [M, A, B]],
    [[B, "sha-1 AB:CD"], [A, "sha-1 AB:CD"]],
    [[B, ` ${M}`], [A, ` ${M}`]],
    [[B, M.replace(" ", "\t")], [A, M.replace(" ", "\t")]],
    [[`${B} ${M}`], [`${A} ${M}`]],
    [[B, M], [A]],
    [[A], [B]],
  ];
  for (const [toAnn, toBob] of given) {
    const ann = fingerprintsOf({ local: side(A), remote: sdp([], ...toAnn.map((one) => [one])) });
    const bob = fingerprintsOf({ local: side(B), remote: sdp(toBob) });
    differ(ann, bob);
  }
});

Deno.test("verification: nothing to compare where a side has no fingerprint", () => {
  same(fingerprintsOf({ local: side(A), remote: side() }), null);
  same(fingerprintsOf({ local: "", remote: side(A) }), null);
});

Deno.test("verification: six groups of four digits, as PBKDF2 gives them", async () => {
  const fingerprints = fingerprintsOf({ local: side(A), remote: side(B) })!;
  const digits = await digitsOf(fingerprints, pbkdf2!);
  const bytes = pbkdf2Sync(fingerprints, "zvonok verification 1", 262_144, 30, "sha256");
  const expected = [0, 5, 10, 15, 20, 25].map((at) => String(bytes.readUIntBE(at, 5) % 10_000).padStart(4, "0"));
  assert.deepEqual(digits, expected);
  assert.notDeepEqual(await digitsOf(fingerprintsOf({ local: side(A), remote: side(M) })!, pbkdf2!), digits);
});
