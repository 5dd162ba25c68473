/** The signaling socket: whether it opens, and how soon the server answers. */

import { type SignalPorts, SignalSocket } from "../../shared/client/signaling/socket.ts";
import type { Finding } from "./finding.ts";
import type { Access } from "./ports.ts";
import { withTimeout } from "./with_timeout.ts";

const PINGS = 5;
/** A round trip longer than this, in ms, delays every step of a call. */
const SLOW_MS = 500;
const OPEN_MS = 5_000;
/** How long pings may take in all, in ms: short, since a call could ring at this socket, which cannot answer it. */
const TALK_MS = 1_500;

/** Opens the socket, as calls do, says `ping` a few times, and closes it. Of missed calls it takes no notice, so they stay missed. */
export async function checkSocket(ports: SignalPorts, access: Access): Promise<Finding> {
  if (access === "unnamed") return { grade: "none", says: "unnamed" };
  if (access === "cookieless") return { grade: "bad", says: "cookieless" };
  if (access === "unreachable") return { grade: "bad", says: "socketDown" };
  // A proxy may let the upgrade through, and no message after it.
  let isUpgraded = false;
  const openSocket = async () => {
    const socket = await ports.transport.openSocket();
    socket.onopen = () => isUpgraded = true;
    return socket;
  };
  const { now } = ports.clock;
  const times: number[] = [];
  let sent = 0;
  let [onOpen, onDone] = [() => {}, () => {}];
  const signal = new SignalSocket({ ...ports, transport: { ...ports.transport, openSocket } }, {
    onStatus: (status) => {
      if (status !== "open") return;
      ping();
      onOpen();
    },
    onMessage: (message) => {
      if (message.type !== "pong") return;
      times.push(now() - sent);
      if (times.length >= PINGS) return onDone();
      ping();
    },
  });
  const ping = () => {
    sent = now();
    signal.sendNow({ type: "ping" });
  };
  const isOpen = await withTimeout(ports.clock, OPEN_MS, false, (resolve) => onOpen = () => resolve(true));
  if (isOpen) await withTimeout(ports.clock, TALK_MS, null, (resolve) => onDone = () => resolve(null));
  signal.close();
  if (times.length === 0) return { grade: "bad", says: isUpgraded ? "socketMute" : "socketBlocked" };
  const ms = Math.max(1, Math.round(times.toSorted((a, b) => a - b)[times.length >> 1]!));
  return ms < SLOW_MS
    ? { grade: "good", says: "socketGood", values: { ms } }
    : { grade: "poor", says: "socketSlow", values: { ms } };
}
