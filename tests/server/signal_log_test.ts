/** What the log of signaling says, and what it must not. */

import assert from "node:assert/strict";
import { Guest } from "../support/guest.ts";
import { candidate, TRICKLE_OFFER } from "../support/sdp.ts";
import { SECRET } from "../support/product.ts";
import { served } from "../support/served.ts";

const { product, named } = served({ SIGNAL_LOG: "debug" });

// The pipe that is read here was opened before the test.
const log = {
  name: "SIGNAL_LOG=debug says what happens, and never SDP, candidates, tokens or addresses",
  sanitizeOps: false,
};

Deno.test(log, async () => {
  const [ann, bob] = [await named("Ann"), await named("Bob")];
  const chatId = await ann.createChat();
  await bob.post(`/api/chats/${chatId}/join`);
  const token = (guest: Guest) => guest.cookie!.split("=")[1]!;
  const open = async (guest: Guest) => {
    const socket = new WebSocket(product().url.replace("http", "ws") + "/signal", [
      "zvonok.v1",
      `bearer.${token(guest)}`,
    ]);
    await new Promise((resolve) => socket.onmessage = resolve); // welcome
    return socket;
  };
  const [anns, bobs] = [await open(ann), await open(bob)];
  const rings = new Promise((resolve) => bobs.onmessage = resolve);
  const line = "candidate:1 1 udp 1 fe80::1%24 1 typ host";
  const offer = { type: "offer", sdp: `${TRICKLE_OFFER}a=${line}\r\na=${line}\r\n` };
  anns.send(JSON.stringify({ type: "call:initiate", chatId, offer }));
  anns.send(JSON.stringify({ type: "call:ice-candidate", chatId, candidate: candidate(1) }));
  anns.send(JSON.stringify({ type: "call:ice-candidate", chatId, candidate: { candidate: line } }));
  await rings;
  const pong = new Promise((resolve) => anns.onmessage = ({ data }) => data.includes("pong") && resolve(data));
  anns.send("not JSON");
  anns.send(JSON.stringify({ type: "ping" }));
  await pong;
  for (const socket of [anns, bobs]) {
    const closed = new Promise((resolve) => socket.onclose = resolve);
    socket.close();
    await closed;
  }
  const output = product().output();
  assert.match(output, /call:initiate/);
  assert.match(output, /call:ice-candidate/);
  for (const count of [1, 2]) {
    assert.match(
      output,
      new RegExp(`candidates-dropped count="${count}" why="address is not IPv4, IPv6 or an mDNS name"`),
    );
  }
  for (
    const secret of [
      "fe80",
      token(ann),
      token(bob),
      "v=0",
      "a=",
      "candidate:1",
      "192.0.2.2",
      "GKNL",
      SECRET,
      "127.0.0.1 ",
    ]
  ) {
    assert.ok(!output.includes(secret), secret);
  }
});
