/** The signaling socket: whether it opens, and how soon it answers. */

import type { ServerMessage } from "../../shared/protocol/server_messages.ts";
import type { Finding } from "./finding.ts";
import type { Access, Platform } from "./platform.ts";

const PINGS = 5;
/** A round trip longer than this, in ms, delays every step of a call. */
const SLOW_MS = 500;
const OPEN_MS = 5_000;
/** How long pings may take in all, in ms: short, since a call could ring at this socket, which cannot answer it. */
const TALK_MS = 1_500;

/** A missed call. The server tells it once, so what comes to this socket has to be shown on this page. */
export type Missed = Extract<ServerMessage, { type: "call:missed" }>;

/** Opens the socket, says `ping` a few times, and closes it; `onMissed` hears of calls that were kept for this user. */
export async function checkSocket(
  platform: Platform,
  access: Access,
  onMissed: (call: Missed) => void,
): Promise<Finding> {
  if (access === "unnamed") return { grade: "none", says: "unnamed" };
  if (access === "cookieless") return { grade: "bad", says: "cookieless" };
  if (access === "unreachable") return { grade: "bad", says: "socketDown" };
  const socket = platform.openSocket();
  const isOpen = await settled<boolean>(OPEN_MS, false, (settle) => {
    socket.onopen = () => settle(true);
    socket.onclose = () => settle(false);
  });
  if (!isOpen) {
    socket.close();
    return { grade: "bad", says: "socketBlocked" };
  }
  const times = await roundTrips(platform, socket, onMissed);
  socket.onmessage = null;
  socket.close();
  if (times.length === 0) return { grade: "bad", says: "socketMute" };
  const ms = Math.max(1, Math.round(times.toSorted((a, b) => a - b)[times.length >> 1]!));
  return ms < SLOW_MS
    ? { grade: "good", says: "socketGood", values: { ms } }
    : { grade: "poor", says: "socketSlow", values: { ms } };
}

/** The times from `ping` to `pong`, in ms; as many as came. */
function roundTrips(platform: Platform, socket: WebSocket, onMissed: (call: Missed) => void): Promise<number[]> {
  const times: number[] = [];
  return settled(TALK_MS, times, (settle) => {
    let sent = 0;
    const ping = () => {
      sent = platform.now();
      socket.send(JSON.stringify({ type: "ping" }));
    };
    socket.onmessage = ({ data }) => {
      const message: ServerMessage = JSON.parse(data);
      if (message.type === "call:missed") onMissed(message);
      if (message.type !== "pong") return;
      times.push(platform.now() - sent);
      if (times.length === PINGS) settle(times);
      else ping();
    };
    socket.onclose = () => settle(times);
    ping();
  });
}

/** What `start` resolves with, or `otherwise` where it does not within some ms. */
export function settled<T>(ms: number, otherwise: T, start: (settle: (value: T) => void) => void): Promise<T> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(otherwise), ms);
    start((value) => {
      clearTimeout(timer);
      resolve(value);
    });
  });
}
