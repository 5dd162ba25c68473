/** What is behind a link that was opened, pasted or scanned. */

/** `foreign`: a chat of another server than the app's. */
export type Link =
  | { readonly to: "chat"; readonly chatId: string }
  /** Makes this phone another device of somebody. */
  | { readonly to: "device"; readonly pass: string }
  | { readonly to: "foreign" | "nothing" };

/** An invitation: of a server by https (or http, for trying it out), or of this app's own scheme. */
const INVITATION = /^\s*([a-z][a-z0-9+.-]*):\/\/(?:([^/?#\s]+)\/)?chat\/([A-Za-z0-9._~-]{1,128})(?:[?#]\S*)?\s*$/i;

/** The link for a second device. Its pass is a signed token. */
const DEVICE = /^\s*(https?:\/\/[^/?#\s]+)\/device#([\w-]+\.[\w-]+\.[\w-]+)\s*$/i;

/** Reads a link. `server`: the origin of the app's server; `scheme`: the app's own. */
export function linkIn(text: string, server: string, scheme: string): Link {
  const [, origin, pass] = DEVICE.exec(text) ?? [];
  if (origin !== undefined) return origin.toLowerCase() === server ? { to: "device", pass: pass! } : { to: "foreign" };
  const [, by = "", host = "", chatId = ""] = INVITATION.exec(text) ?? [];
  if (chatId === "") return { to: "nothing" };
  const isOwn = by.toLowerCase() === scheme;
  // `scheme://chat/ID` names no server; `scheme://HOST/chat/ID` does, and so does the web's.
  if (isOwn && host === "") return { to: "chat", chatId };
  const [, ownHost = ""] = /^[^:]+:\/\/(.*)$/.exec(server) ?? [];
  const isOurs = host.toLowerCase() === ownHost && (isOwn || server.startsWith(`${by.toLowerCase()}:`));
  return isOurs ? { to: "chat", chatId } : /^(https?)$/i.test(by) || isOwn ? { to: "foreign" } : { to: "nothing" };
}

/** The link that invites somebody to a chat. */
export const invitationTo = (server: string, chatId: string) => `${server}/chat/${chatId}`;
