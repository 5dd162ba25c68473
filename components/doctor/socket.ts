/** The signaling socket: whether it opens, and how soon the server answers. */

import { CLOSE } from "../../shared/protocol/constants.ts";
import type { ClientMessage } from "../../shared/protocol/client_messages.ts";
import type { ServerMessage, ServerMessages } from "../../shared/protocol/server_messages.ts";
import type { Finding } from "./finding.ts";
import type { Access, Ports } from "./ports.ts";
import { withTimeout } from "./with_timeout.ts";

const PINGS = 5;
/** A round trip longer than this, in ms, delays every step of a call. */
const SLOW_MS = 500;
const OPEN_MS = 5_000;
/** Between a socket that is lost and the next try, in ms: a server that is started anew is there in a moment. */
const RETRY_MS = 500;
/** How long pings may take in all, in ms: short, since a call could ring at this socket, which cannot answer it. */
const TALK_MS = 1_500;

/** A missed call. The server tells it once, so what comes to this socket has to be shown on this page. */
export type Missed = ServerMessages["call:missed"];

/** Opens the socket that calls use, says `ping` a few times, and closes it; `onMissed` hears of calls that were kept for this user. */
export async function checkSocket(
  { transport, clock }: Pick<Ports, "transport" | "clock">,
  access: Access,
  onMissed: (call: Missed) => void,
): Promise<Finding> {
  if (access === "unnamed") return { grade: "none", says: "unnamed" };
  if (access === "cookieless") return { grade: "bad", says: "cookieless" };
  if (access === "unreachable") return { grade: "bad", says: "socketDown" };
  // A proxy may let the upgrade through, and no message after it.
  let isUpgraded = false;
  const times: number[] = [];
  let sent = 0;
  let [onOpen, onDone] = [() => {}, () => {}];
  /** Closes the socket, or cancels the next try. */
  let stop = () => {};
  let isOver = false;
  const open = async () => {
    const socket = await transport.openSocket();
    stop = () => socket.close(CLOSE.normal);
    if (isOver) return stop();
    const ping = () => {
      sent = clock.now();
      socket.send(JSON.stringify({ type: "ping" } satisfies ClientMessage));
    };
    socket.onopen = () => isUpgraded = true;
    socket.onmessage = ({ data }) => {
      const message: ServerMessage = JSON.parse(data);
      if (message.type === "call:missed") onMissed(message);
      if (message.type === "welcome") {
        ping();
        onOpen();
      }
      if (message.type !== "pong") return;
      times.push(clock.now() - sent);
      if (times.length >= PINGS) return onDone();
      ping();
    };
    socket.onclose = () => {
      if (!isOver) stop = clock.after(RETRY_MS, open);
    };
  };
  open();
  const isOpen = await withTimeout(clock, OPEN_MS, false, (resolve) => onOpen = () => resolve(true));
  if (isOpen) await withTimeout(clock, TALK_MS, null, (resolve) => onDone = () => resolve(null));
  isOver = true;
  stop();
  if (times.length === 0) return { grade: "bad", says: isUpgraded ? "socketMute" : "socketBlocked" };
  const ms = Math.max(1, Math.round(times.toSorted((a, b) => a - b)[times.length >> 1]!));
  return ms < SLOW_MS
    ? { grade: "good", says: "socketGood", values: { ms } }
    : { grade: "poor", says: "socketSlow", values: { ms } };
}
