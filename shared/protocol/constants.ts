/** Numbers and names that both ends of the signaling protocol share. Imports nothing, so a browser bundle stays small. */

/**
 * Version of the protocol, sent in `welcome` and by clients: it counts what was added. 2: `welcome` has the device's `calls`. 3: missed calls
 * say when they were, and stay until `call:missed-seen`. 4: a receipt has what was `perceived`.
 */
export const PROTOCOL_VERSION = 4;

/** WebSocket subprotocol (RFC 6455, section 1.9). */
export const SUBPROTOCOL = "zvonok.v1";

/** Prefix of the second subprotocol in which a native client hands over its token: `bearer.<jwt>`. */
export const BEARER_PREFIX = "bearer.";

/** Path of the signaling socket. */
export const SIGNAL_PATH = "/signal";

/** Largest text frame a client may send, in bytes of UTF-8. */
export const MAX_FRAME_BYTES = 64 * 1024;

/** Largest session description, in bytes of UTF-8. */
export const MAX_SDP_BYTES = 48 * 1024;

/** Largest ICE candidate line, in bytes. */
export const MAX_CANDIDATE_BYTES = 1024;

/** Longest display name, in characters. */
export const MAX_NAME_LENGTH = 64;

/** WebSocket close codes (4000–4999 are for applications, RFC 6455, section 7.4.2). */
export const CLOSE = {
  /** All is said (RFC 6455, section 7.4.1: Normal Closure). */
  normal: 1000,
  /** The server is leaving; come back (IANA: Service Restart). */
  restart: 1012,
  /** The user has as many devices as may be, and another process let this one in at the same moment (IANA: Try Again Later). */
  tooMany: 1013,
  /** A message far over the limit (RFC 6455, section 7.4.1: Message Too Big). */
  tooBig: 1009,
  /** A newer socket of the same user and device took this one's place. */
  replaced: 4001,
  /** The token has expired: come back with another one. */
  expired: 4003,
  /** The client floods. */
  flood: 4008,
  /** The client's own: nothing came over this socket for too long. */
  silent: 4002,
} as const;
