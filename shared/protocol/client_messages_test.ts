/** Which frames of clients are taken, and how the others are refused. */

import assert from "node:assert/strict";
import { changed, type Json, paths } from "../../tests/support/fields.ts";
import { receipt } from "../../tests/support/receipt.ts";
import { candidate, CHROMIUM_ANSWER, TRICKLE_OFFER } from "../../tests/support/sdp.ts";
import { type ClientMessages, clientMessages } from "./client_messages.ts";
import { errorCodes } from "./errors.ts";
import { FrameReader, type Refusal } from "./frames.ts";

const chatId = "chat.1~x_-";
const callId = "call-0123456789abcdef";
const offer = { type: "offer", sdp: TRICKLE_OFFER } as const;
const answer = { type: "answer", sdp: CHROMIUM_ANSWER } as const;

/** Every client message with every field; and which fields it must have. */
const client: { [Type in keyof ClientMessages]: Required<ClientMessages[Type]> } = {
  "call:initiate": { type: "call:initiate", chatId, callId, offer, media: "audio", to: "bob" },
  "call:ringing": { type: "call:ringing", chatId, callId },
  "call:answer": { type: "call:answer", chatId, callId, answer },
  "call:reject": { type: "call:reject", chatId, callId, reason: "busy" },
  "call:ice-candidate": { type: "call:ice-candidate", chatId, callId, candidate: candidate(1) },
  "call:end": { type: "call:end", chatId, callId, reason: "failed" },
  "call:negotiate": { type: "call:negotiate", chatId, callId, description: offer },
  "call:media": { type: "call:media", chatId, callId, audio: true, video: false, screen: false, step: "medium" },
  "call:resume": { type: "call:resume", chatId, callId, role: "callee", media: "audio" },
  "call:receipt": { type: "call:receipt", chatId, callId, receipt },
  "call:missed-seen": { type: "call:missed-seen", chatId, callId },
  "chat:watch": { type: "chat:watch", chatId },
  "session:renew": { type: "session:renew", token: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl" },
  "device:leaving": { type: "device:leaving" },
  "ping": { type: "ping" },
};

const needed: Record<keyof ClientMessages, string[]> = {
  "call:initiate": ["chatId", "offer"],
  "call:ringing": ["chatId", "callId"],
  "call:answer": ["chatId", "answer"],
  "call:reject": ["chatId"],
  "call:ice-candidate": ["chatId", "candidate"],
  "call:end": ["chatId"],
  "call:negotiate": ["chatId", "description"],
  "call:media": ["chatId", "audio", "video", "screen"],
  "call:resume": ["chatId", "callId", "role"],
  "call:receipt": ["chatId", "callId", "receipt"],
  "call:missed-seen": ["chatId", "callId"],
  "chat:watch": ["chatId"],
  "session:renew": ["token"],
  "device:leaving": [],
  "ping": [],
};

const MARK = "Sent5c1aMark";

/** Asserts that a frame is refused, in a sentence of our own. */
function refused(
  frame: unknown,
  code: Refusal["code"] = "INVALID_MESSAGE",
  what = String(frame).slice(0, 200),
): string {
  const parsed = new FrameReader().read(frame);
  assert.equal(parsed.ok, false, `accepted: ${what}`);
  const { refusal } = parsed as { refusal: Refusal };
  assert.equal(refusal.code, code, what);
  assert.match(refusal.message, /^[\x20-\x7e]{1,200}$/, what);
  assert.ok(!refusal.message.includes(MARK) && !refusal.message.includes("5171717"), refusal.message);
  return refusal.message;
}

const refusedJson = (value: unknown) => refused(JSON.stringify(value));

function accepted(message: object): void {
  const parsed = new FrameReader().read(JSON.stringify(message));
  assert.deepEqual(parsed, { ok: true, message }, JSON.stringify(message).slice(0, 200));
}

for (const [type, message] of Object.entries(client)) {
  const required = needed[type as keyof ClientMessages];

  Deno.test(`${type}: accepted with all its fields, and with only those it needs`, () => {
    accepted(message);
    accepted(Object.fromEntries(Object.entries(message).filter(([key]) => key === "type" || required.includes(key))));
  });

  Deno.test(`${type}: refused without a field it needs, and the refusal names it`, () => {
    for (const field of required) {
      assert.match(refusedJson(changed(message, [field], undefined)), new RegExp(`^${field}`));
    }
  });

  Deno.test(`${type}: refused with a field it does not have, at any depth`, () => {
    const objects = [[], ...paths(message)].filter((path) =>
      typeof path.reduce((node: unknown, key) => (node as Json)[key], message) === "object"
    );
    for (const path of objects) {
      for (const extra of [MARK, "from", "callerId", "constructor", "toString", "hasOwnProperty", ""]) {
        refusedJson(changed(message, [...path, extra], MARK));
      }
    }
  });

  Deno.test(`${type}: refused with __proto__ as a field`, () => {
    refused(JSON.stringify(message).replace("{", `{"__proto__":{"${MARK}":1},`));
    refused(JSON.stringify(message).replace("{", `{"__proto__":null,`));
  });

  Deno.test(`${type}: every field refused with a value of another kind, and nothing of it is echoed`, () => {
    for (const path of paths(message)) {
      for (const bad of [5171717.5, [MARK], { [MARK]: MARK }, `${MARK}\u0007`, `\u0007${MARK}`, [[]], {}]) {
        const name = path.join(".");
        const text = refused(
          JSON.stringify(changed(message, path, bad)),
          "INVALID_MESSAGE",
          `${name}: ${JSON.stringify(bad)}`,
        );
        assert.ok(text.startsWith(path[0]!), `${name}: ${text}`);
      }
    }
  });

  Deno.test(`${type}: null is refused everywhere but where the protocol has it`, () => {
    const nullable = [
      "candidate",
      "candidate.sdpMid",
      "candidate.sdpMLineIndex",
      "candidate.usernameFragment",
      "receipt.ringMs",
      "receipt.answerMs",
      "receipt.iceMs",
      "receipt.frameMs",
      "receipt.path",
      "receipt.transport",
      "receipt.audioCodec",
      "receipt.videoCodec",
      "receipt.rttMs",
      "receipt.lossSent",
      "receipt.lossReceived",
      "receipt.perceived.frozen",
      "receipt.perceived.concealed",
      "receipt.perceived.score",
    ];
    for (const path of paths(message)) {
      if (!nullable.includes(path.join("."))) refusedJson(changed(message, path, null));
      else accepted(changed(message, path, null));
    }
  });
}

Deno.test("a receipt's numbers and words are within bounds", () => {
  const message = client["call:receipt"];
  const fields: [string, unknown[]][] = [
    ["ringMs", [-1, 0.5, 2_592_000_001, 1e300]],
    ["durationMs", [-1, 0.5, 2_592_000_001]],
    ["rttMs", [-1, 41.7]],
    ["reconnects", [-1, 100_001]],
    ["candidatesDropped", [-1, 0.5, 100_001, null, "3"]],
    ["lossSent", [-0.01, 1.01]],
    ["lossReceived", [-0.01, 100]],
    ["bytesSent", [-1, 2 ** 53]],
    ["bytesReceived", [-1, 2 ** 53]],
    ["path", ["", "relay"]],
    ["transport", ["dtls"]],
    ["audioCodec", ["", "two words", "o".repeat(33)]],
    ["videoCodec", ["<video>\n"]],
    ["perceived.frozen", [-0.01, 1.01, "0"]],
    ["perceived.concealed", [-0.01, 1.01]],
    ["perceived.score", [0.9, 5.1]],
  ];
  for (const [field, values] of fields) {
    for (const value of values) {
      const text = refusedJson(changed(message, ["receipt", ...field.split(".")], value));
      assert.ok(text.startsWith(`receipt.${field}: `), text);
    }
  }
  const { perceived: _, ...before } = message.receipt;
  accepted({ ...message, receipt: before });
  for (const field of Object.keys(before)) {
    assert.match(refusedJson(changed(message, ["receipt", field], undefined)), new RegExp(`^receipt\\.${field}: `));
  }
});

Deno.test("types that objects have by nature, and types of the server, are unknown", () => {
  for (const type of ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf", "", MARK]) {
    assert.match(refusedJson({ type, chatId }), /^type: /);
  }
  for (const type of ["welcome", "call:offer", "call:rejected", "call:missed", "call:error", "pong", "PING", "ping "]) {
    refusedJson({ type, chatId });
  }
});

Deno.test("what is not a JSON object is refused", () => {
  const texts = [
    "",
    " ",
    MARK,
    "{",
    `{"type":"ping"`,
    `{"type":"ping"}x`,
    `{type:"ping"}`,
    `{"type":"ping",}`,
    "null",
    "0",
    "true",
  ];
  for (const text of [...texts, `"${MARK}"`, `[]`, `[{"type":"ping"}]`, `{}`, `{"type":null}`, `{"type":["ping"]}`]) {
    refused(text);
  }
  refused("[".repeat(60_000));
  refused(`{"type":`.repeat(8000));
});

Deno.test("what is not text is refused", () => {
  const bytes = new TextEncoder().encode(`{"type":"ping"}`);
  for (const data of [bytes, bytes.buffer, new Blob([bytes]), null, undefined, 0, { type: "ping" }]) refused(data);
});

Deno.test("64 KiB are accepted and one byte more is TOO_LARGE, counted in UTF-8", () => {
  const pad = (length: number) => `{"type":"ping"}`.padEnd(length);
  assert.equal(new FrameReader().read(pad(64 * 1024)).ok, true);
  refused(pad(64 * 1024 + 1), "TOO_LARGE");
  const two = "ж".repeat(32 * 1024 - 10);
  const body = (end: string) => `{"type":"${two}${end}"}`; // 11 bytes around it
  assert.equal(new TextEncoder().encode(body("123456789")).length, 64 * 1024);
  refused(body("123456789"), "INVALID_MESSAGE", "64 KiB");
  refused(body("1234567890"), "TOO_LARGE", "64 KiB + 1");
  refused("😀".repeat(16 * 1024) + "x", "TOO_LARGE", "four-byte letters");
  refused("x".repeat(10_000_000), "TOO_LARGE", "10 MB");
});

const initiate = (fields: object) => ({ ...client["call:initiate"], ...fields });
const ice = (fields: object) => ({ ...client["call:ice-candidate"], candidate: { ...candidate(1), ...fields } });

Deno.test("formats: what is within the bounds is accepted", () => {
  for (const id of ["c".repeat(16), "c".repeat(64), "AZaz09_-AZaz09_-"]) accepted(initiate({ callId: id }));
  for (const id of ["c", "c".repeat(128), "a.b_c~d-e"]) accepted(initiate({ chatId: id }));
  for (const to of ["u", "u".repeat(128), "auth0|ж 😀"]) accepted(initiate({ to }));
  for (const sdpMid of ["0", "m".repeat(32), "!~"]) accepted(ice({ sdpMid }));
  for (const sdpMLineIndex of [0, 65535]) accepted(ice({ sdpMLineIndex }));
  for (const usernameFragment of ["abcd", "+/AZ", "u".repeat(256)]) accepted(ice({ usernameFragment }));
  accepted({ ...client["call:ice-candidate"], candidate: { candidate: "" } });
  accepted({ ...client["call:negotiate"], description: answer });
});

Deno.test("formats: what is outside the bounds is refused", () => {
  for (const id of ["", "c".repeat(15), "c".repeat(65), "c".repeat(15) + ".", "c".repeat(16) + "\n", "ж".repeat(16)]) {
    refusedJson(initiate({ callId: id }));
  }
  for (const id of ["", "c".repeat(129), "a b", "a/b", "a%20", "ж", "a\n"]) refusedJson(initiate({ chatId: id }));
  for (const to of ["", "u".repeat(129), "a\nb", "a\x7f", "a\x85"]) refusedJson(initiate({ to }));
  for (const sdpMid of ["0\n", "m".repeat(1025), 0]) refusedJson(ice({ sdpMid }));
  for (const sdpMLineIndex of [1.5, 1e300, "0"]) refusedJson(ice({ sdpMLineIndex }));
  for (const usernameFragment of ["abcd\n", "u".repeat(1025), 0]) refusedJson(ice({ usernameFragment }));
  refusedJson(initiate({ media: MARK }));
  refusedJson(initiate({ offer: answer }));
  refusedJson({ ...client["call:answer"], answer: offer });
  refusedJson({ ...client["call:negotiate"], description: { type: "rollback", sdp: "" } });
  refusedJson({ ...client["call:reject"], reason: MARK });
  for (const reason of ["timeout", "cancelled", "connection-lost", MARK]) {
    refusedJson({ ...client["call:end"], reason });
  }
  refusedJson({ ...client["call:resume"], role: MARK });
});

Deno.test("[R17] what does not fit a candidate's bounds is forwarded by nobody", () => {
  const leftOut = (fields: object) => {
    const parsed = new FrameReader().read(JSON.stringify(ice(fields)));
    assert.ok(parsed.ok && parsed.message === null, JSON.stringify(fields));
    for (const why of parsed.dropped) assert.ok(/^[\x20-\x7e]{1,200}$/.test(why) && !why.includes(MARK), why);
  };
  for (const sdpMid of ["m".repeat(33), "a b", "ж", `${MARK} ${MARK}`]) leftOut({ sdpMid });
  for (const sdpMLineIndex of [-2, 65536]) leftOut({ sdpMLineIndex });
  for (const usernameFragment of ["abc", "u".repeat(257), "ab-d", "ab d", `${MARK}!`]) leftOut({ usernameFragment });
  leftOut({ candidate: `candidate:1 1 udp 1 ${MARK}.example 1 typ host` });
  leftOut({ candidate: `candidate:1 1 udp 1 192.0.2.1 1 typ ${MARK}` });
});

Deno.test("[R17] a bad description or candidate is refused in words that hold nothing of it", () => {
  refusedJson(initiate({ offer: { type: "offer", sdp: MARK } }));
  refusedJson(initiate({ offer: { type: "offer", sdp: TRICKLE_OFFER + `${MARK}\r\n` } }));
  refusedJson(ice({ candidate: `candidate:1 1 udp 1 192.0.2.1 1 typ host\r\na=${MARK}` }));
  refusedJson(ice({ sdpMid: `${MARK}\0` }));
});

Deno.test("the error codes are the contract's", () => {
  const codes = ["ACCESS_DENIED", "USER_OFFLINE", "INVALID_MESSAGE", "NO_CALL", "BUSY", "RATE_LIMITED", "TOO_LARGE"];
  assert.deepEqual([...errorCodes].sort(), [...codes, "UNAVAILABLE", "SESSION_EXPIRED"].sort());
  assert.deepEqual(Object.keys(clientMessages).sort(), Object.keys(needed).sort());
});
