/** What is measured against what: how each server is started, and how its clients open a socket and speak. */

import { createHmac } from "node:crypto";
import { MODULES } from "../packages.ts";
import { bunPath } from "./bun.ts";
import { type Ids, userId, type Wording } from "./call_frames.ts";
import type { Heartbeat } from "./raw_socket.ts";
import type { Command } from "./server_process.ts";

/** A server, and how to talk to it. */
export interface Subject {
  readonly name: string;
  readonly about: string;
  readonly start: Command;
  readonly wording: Wording;
  /** The path at which a user of a chat opens their socket. */
  path(user: number, chat: string): string;
  /** What a client says before anything else. */
  readonly hello: string | null;
  /** What it says to see whether clients are there; who does not answer is put out. WebSocket's own pings aside. */
  readonly heartbeat: Heartbeat | null;
  /** How many messages come before the socket is of use. */
  readonly greetings: number;
  /** As many sockets as it takes at once, by default. */
  readonly maxSockets: number;
}

/** The product is the one that others are measured beside. */
export const PRODUCT = "Zvonok";
export const FLOOR = "blind Deno.serve";

const HERE = new URL("./", import.meta.url).pathname;
const ROOT = new URL("../../", import.meta.url).pathname;
const ON_REQUEST = `${HERE}on_request.mjs`;
const SECRET = "a secret for benchmarks, long enough";

const deno = (file: string, env: Record<string, string> = {}): Command => ({
  command: Deno.execPath(),
  args: [
    "run",
    "--allow-net",
    "--allow-env",
    "--allow-read",
    "--no-lock",
    "--v8-flags=--expose-gc",
    `--preload=${ON_REQUEST}`,
    file,
  ],
  env,
});
const node = (file: string, module: string): Command => ({
  command: "node",
  args: ["--expose-gc", `--import=${ON_REQUEST}`, HERE + file, module],
});

/** The head that every client sends: a host application's token for one user in one chat, as a bearer. A blind server reads none of it. */
export function headOf(user: number, chat: string): string[] {
  const part = (value: unknown) =>
    btoa(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  const now = Math.floor(Date.now() / 1000);
  const text = `${part({ alg: "HS256", typ: "JWT" })}.${
    part({ sub: userId(user), name: `User ${user}`, chats: [chat], iat: now, exp: now + 3600 })
  }`;
  const token = `${text}.${createHmac("sha256", SECRET).update(text).digest("base64url")}`;
  // Each user has an address of their own, as it reaches a server behind a proxy: a limit by address then stays as it is by default.
  const address = `10.${user >> 16 & 255}.${user >> 8 & 255}.${user & 255}`;
  return [`Sec-WebSocket-Protocol: zvonok.v1, bearer.${token}`, `X-Forwarded-For: ${address}`];
}

const zvonok: Wording = {
  offer: ({ chat: chatId, call: callId }, sdp) =>
    JSON.stringify({ type: "call:initiate", chatId, callId, offer: { type: "offer", sdp }, media: "video" }),
  answer: ({ chat: chatId, call: callId }, sdp) =>
    JSON.stringify({ type: "call:answer", chatId, callId, answer: { type: "answer", sdp } }),
  candidate: ({ chat: chatId, call: callId }, _, candidate) =>
    JSON.stringify({ type: "call:ice-candidate", chatId, callId, candidate }),
  end: ({ chat: chatId, call: callId }) => JSON.stringify({ type: "call:end", chatId, callId, reason: "hangup" }),
};

/** PeerJS 1.5 as it speaks to PeerServer; it has no word for the end of a call, and the nearest that is passed on is `LEAVE`. */
const peer: Wording = {
  offer: ({ callee: dst, call: connectionId }, sdp) =>
    JSON.stringify({ type: "OFFER", payload: { sdp: { type: "offer", sdp }, type: "media", connectionId }, dst }),
  answer: ({ caller: dst, call: connectionId }, sdp) =>
    JSON.stringify({ type: "ANSWER", payload: { sdp: { type: "answer", sdp }, type: "media", connectionId }, dst }),
  candidate: ({ caller, callee, call: connectionId }, from, candidate) =>
    JSON.stringify({
      type: "CANDIDATE",
      payload: { candidate, type: "media", connectionId },
      dst: from === "caller" ? callee : caller,
    }),
  end: ({ callee: dst, call: connectionId }) => JSON.stringify({ type: "LEAVE", payload: { connectionId }, dst }),
};

const signal = (text: string) => `42["signal",${text}]`;
const socketIo: Wording = {
  offer: (ids: Ids, sdp) => signal(zvonok.offer(ids, sdp)),
  answer: (ids, sdp) => signal(zvonok.answer(ids, sdp)),
  candidate: (ids, from, candidate) => signal(zvonok.candidate(ids, from, candidate)),
  end: (ids) => signal(zvonok.end(ids)),
};

const blind = {
  wording: zvonok,
  path: (_: number, chat: string) => `/?chat=${chat}`,
  hello: null,
  heartbeat: null,
  greetings: 0,
  maxSockets: Infinity,
};

/** All that can run here, and why the others cannot. */
export async function subjects(): Promise<{ present: Subject[]; absent: string[] }> {
  const bun = await bunPath();
  const hasNode = await new Deno.Command("node", { args: ["--version"] }).output().then(() => true, () => false);
  const onNode: Subject[] = [
    {
      name: "PeerServer",
      about: "npm:peer on Node, routes by JSON",
      start: node("servers/peer.mjs", MODULES.peer),
      wording: peer,
      path: (user) => `/peerjs?key=peerjs&id=${userId(user)}&token=${user}`,
      hello: null,
      heartbeat: null,
      greetings: 1,
      maxSockets: 5_000,
    },
    {
      name: "Socket.IO",
      about: "npm:socket.io on Node, a room a chat, WebSocket from the start",
      start: node("servers/socket_io.mjs", MODULES["socket.io"]),
      wording: socketIo,
      path: (_, chat) => `/socket.io/?EIO=4&transport=websocket&chat=${chat}`,
      hello: "40",
      // Engine.IO's packets "ping" and "pong": every 25 s by default, to be answered within 20.
      heartbeat: { ping: "2", pong: "3" },
      greetings: 2,
      maxSockets: Infinity,
    },
    { ...blind, name: "blind ws", about: "npm:ws on Node", start: node("servers/blind_ws.mjs", MODULES.ws) },
  ];
  const onBun: Subject = {
    ...blind,
    name: "blind Bun.serve",
    about: "Bun's own server",
    start: { command: bun ?? "", args: [`--preload=${ON_REQUEST}`, `${HERE}servers/blind_bun.ts`] },
  };
  const present: Subject[] = [
    { ...blind, name: FLOOR, about: "passes text on, looks at nothing", start: deno(`${HERE}servers/blind_deno.ts`) },
    {
      name: PRODUCT,
      about: "the product, all checks and default limits, behind a trusted proxy's header",
      start: deno(`${ROOT}start.ts`, {
        PORT: "0",
        SESSION_SECRET: `${SECRET}, too`,
        JWT_SECRET: SECRET,
        TRUST_PROXY: "1",
      }),
      wording: zvonok,
      path: () => "/signal?device=laptop&page=page",
      hello: null,
      heartbeat: null,
      greetings: 1,
      maxSockets: Infinity,
    },
    ...hasNode ? onNode : [],
    ...bun === null ? [] : [onBun],
  ];
  const absent = [
    ...hasNode ? [] : onNode.map(({ name }) => `${name}: there is no Node here`),
    ...bun === null ? [`${onBun.name}: npm:bun could not be installed here`] : [],
  ];
  return { present, absent };
}
