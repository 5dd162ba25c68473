/** One WebSocket and the hub: who may open it, what it may say, and when it is over. */

import { BEARER_PREFIX, CLOSE, SUBPROTOCOL } from "../../shared/protocol/constants.ts";
import type { ClientMessage } from "../../shared/protocol/client_messages.ts";
import { deviceId as idFormat } from "../../shared/protocol/formats.ts";
import { FrameReader, type Parsed, textOf } from "../../shared/protocol/frames.ts";
import type { ServerMessage, ServerMessages } from "../../shared/protocol/server_messages.ts";
import { type Credential, credentialOf, subprotocols } from "../identity/auth.ts";
import { randomId } from "../random_id.ts";
import type { Session } from "../identity/session.ts";
import { httpError, noSession, tooMany } from "./responses.ts";
import type { Reservation } from "../engine/engine.ts";
import type { Hub } from "../hub.ts";
import type { Client, Connection } from "../hub_ports.ts";
import { FloodGate } from "../limits.ts";
import type { Proof } from "./origin.ts";

/**
 * Deno pings a client that was silent for half as many seconds, and closes its socket after as many, with 1001. The half is more than
 * clients let pass between two `ping`s: where Deno's own question crosses one, it forgets the answer and closes a socket that is well.
 */
export const IDLE_TIMEOUT_SECONDS = 40;

/** A message this long never came from a client of ours: whoever sends it pays with the socket. */
const ABSURD_LENGTH = 1024 * 1024;

/** What a client speaks that does not say so: only later ones do. */
const UNSAID_PROTOCOL = 2;

/** A socket that is thrown out is closed when nothing came for so long, or at the latest, in ms. */
const QUIET_MS = 50;
const DRAIN_MS = 1_000;

/** What the upgrade needs to know. */
export interface SocketOptions {
  readonly hub: Hub;
  /** Whether a page from where this request comes may open a socket with such a credential. */
  mayConnect(proof: Proof): boolean;
  /** The session a token speaks for, or why it is refused, in words for developers. */
  check(credential: Credential): Promise<Session | string>;
  /** R20: the session of a token that expired, as long as a call may outlive it. */
  verifyExpired(token: string): Promise<Session | null>;
  /** Counts a new socket: 0, or how long to wait before the next, in ms. */
  admit(): number;
  now(): number;
}

/**
 * Answers a request for the signaling socket: 101, or a JSON error before any upgrade. Nothing here waits for another thread or host,
 * but for keys at `JWKS_URL`: of a client that goes away before `Deno.upgradeWebSocket` (Deno 2.9) neither `onopen` nor `onclose` is
 * heard, and its connection stays open for good.
 */
export async function upgrade(req: Request, options: SocketOptions): Promise<Response> {
  if (req.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    const refused = httpError(426, "INVALID_MESSAGE", "Expected a WebSocket upgrade");
    refused.headers.set("upgrade", "websocket");
    return refused;
  }
  const wait = options.admit();
  if (wait > 0) return tooMany("Too many new sockets from this address", wait);
  const credential = credentialOf(req.headers);
  const proof = credential === null ? "nothing" : credential.from === "bearer" ? "token" : "cookie";
  if (!options.mayConnect(proof)) {
    return httpError(403, "ACCESS_DENIED", "This origin may not open the signaling socket");
  }
  if (credential === null) return noSession(null);
  const query = new URLSearchParams(/\?[^#]*/.exec(req.url)?.[0]);
  const page = query.get("page");
  const device = query.get("device") ?? randomId();
  const session = await sessionOf(credential, device, options);
  if (typeof session === "string") return noSession(session);
  for (const id of [device, page]) {
    if (id !== null && !idFormat.safeParse(id).success) {
      return httpError(400, "INVALID_MESSAGE", "device and page: expected 1 to 64 of A-Z a-z 0-9 _ -");
    }
  }
  const place = await options.hub.reserve(session.userId, device);
  if (place === "leaving") return httpError(503, "UNAVAILABLE", "The server is leaving");
  if (place === "unavailable") return httpError(503, "UNAVAILABLE", "The server cannot do it now");
  if (place === "too-many-devices") return tooMany("Too many devices of this user are connected");
  try {
    const { socket, response } = Deno.upgradeWebSocket(req, {
      protocol: chosenProtocol(req.headers, credential),
      idleTimeout: IDLE_TIMEOUT_SECONDS,
    });
    attach(socket, options, session, place, { page, protocol: Number(query.get("protocol")) || UNSAID_PROTOCOL });
    return response;
  } catch {
    options.hub.release(place);
    return httpError(400, "INVALID_MESSAGE", "Expected the headers of a WebSocket upgrade (RFC 6455, section 4.1)");
  }
}

/** Whom a token speaks for: one that has expired, for a device that is in a call still (R20). Or why it speaks for nobody. */
async function sessionOf(
  credential: Credential,
  deviceId: string,
  options: SocketOptions,
): Promise<Session | string> {
  const checked = await options.check(credential);
  if (typeof checked !== "string") return checked;
  const expired = await options.verifyExpired(credential.token);
  return expired !== null && await options.hub.talksIn(expired.userId, deviceId) !== null ? expired : checked;
}

/** A client that names no subprotocol is served too; one that offers only its token must hear it back (RFC 6455, section 4.1). */
function chosenProtocol(headers: Headers, credential: Credential | null): string {
  const offered = subprotocols(headers);
  if (offered.includes(SUBPROTOCOL)) return SUBPROTOCOL;
  const isOnlyToken = credential?.from === "bearer" && offered.some((name) => name.startsWith(BEARER_PREFIX));
  return isOnlyToken ? `${BEARER_PREFIX}${credential.token}` : "";
}

function attach(
  socket: WebSocket,
  { hub, now, check }: SocketOptions,
  session: Session,
  place: Reservation,
  client: Client,
): void {
  let connection: Connection | null = null;
  const gate = new FloodGate();
  const reader = new FrameReader();
  const send = (message: ServerMessage) => {
    if (socket.readyState !== WebSocket.OPEN) return;
    socket.send(textOf(message));
    if (message.type === "call:error") hub.counts.refused(message.code);
  };
  const leave = () => {
    hub.release(place);
    connection?.drop();
    connection = null;
  };
  const expel = (code: number, reason: string) => {
    leave();
    closeWhenQuiet(socket, code, reason);
  };
  socket.onopen = () => {
    hub.release(place);
    connection = hub.connect(session, place.device, client, {
      send,
      close: (code, reason) => {
        // The other end may be dead and `onclose` late: the hub has moved on already.
        connection = null;
        socket.close(code, reason);
      },
      expel,
    });
  };
  const receive = (message: ClientMessage, frame: number) => {
    if (message.type !== "session:renew") return connection?.receive(message, frame);
    check({ from: "bearer", token: message.token }).then((session) =>
      connection?.renew(typeof session === "string" ? null : session)
    );
  };
  let frame = 0;
  socket.onmessage = ({ data }) => {
    if (connection === null) return;
    if ((data.length ?? data.byteLength ?? data.size) > ABSURD_LENGTH) return expel(CLOSE.tooBig, "Far too large");
    frame++;
    const parsed = reader.read(data);
    const admission = connection.admit(parsed);
    if (admission.do === "serve") {
      if (!parsed.ok) send({ type: "call:error", ...parsed.refusal });
      else {
        if (parsed.dropped !== undefined) connection.note(parsed.dropped);
        if (parsed.message !== null) receive(parsed.message, frame);
      }
      if (!admission.isExcess) return;
    } else if (admission.do === "refuse") {
      // Each has its own answer, so that a client can repeat just those; a candidate is left out unsaid.
      const more = { retryAfterMs: admission.retryAfterMs, ...about(parsed), frame };
      send({ type: "call:error", code: "RATE_LIMITED", message: "Too many messages", ...more });
    }
    if (gate.count(now())) expel(CLOSE.flood, "Flood");
  };
  // On an idle time-out Deno fires `onclose` twice; leaving twice is harmless.
  socket.onclose = leave;
  socket.addEventListener("close", ({ code }) => hub.counts.closed(code), { once: true });
  socket.onerror = leave;
}

/** What a refused message was about, as far as it is known. */
function about(parsed: Parsed): Pick<ServerMessages["call:error"], "chatId" | "callId" | "refused"> {
  if (!parsed.ok) {
    const { chatId, callId } = parsed.refusal;
    return { ...(chatId ? { chatId } : {}), ...(callId ? { callId } : {}) };
  }
  const { message } = parsed;
  if (message === null) return {};
  const chatId = "chatId" in message ? { chatId: message.chatId } : {};
  const callId = "callId" in message && message.callId ? { callId: message.callId } : {};
  return { ...chatId, ...callId, refused: message.type };
}

/**
 * Closes a socket over which more may be on its way. Deno drops the connection when data comes after its close frame, and the other
 * end would see neither code nor reason: so what still comes is thrown away first, for a while.
 */
function closeWhenQuiet(socket: WebSocket, code: number, reason: string): void {
  const close = () => {
    clearTimeout(late);
    clearTimeout(quiet);
    if (socket.readyState === WebSocket.OPEN) socket.close(code, reason);
  };
  const late = setTimeout(close, DRAIN_MS);
  let quiet = setTimeout(close, QUIET_MS);
  socket.onmessage = () => {
    clearTimeout(quiet);
    quiet = setTimeout(close, QUIET_MS);
  };
  socket.onclose = socket.onerror = close;
}
