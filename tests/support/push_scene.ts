/** A product that tells people by push, and somebody who is called without any page: over HTTP, as a service worker asks. */

import { Tokens } from "../../signaling/identity/auth.ts";
import { newKeys } from "../../signaling/push/vapid.ts";
import { CHAT } from "./device.ts";
import { Guest } from "./guest.ts";
import { SECRET } from "./product.ts";

/** What a product needs beside a push service's `environment`. */
export async function vapid(): Promise<Record<string, string>> {
  const { publicKey, privateKey } = await newKeys();
  return { VAPID_PUBLIC_KEY: publicKey, VAPID_PRIVATE_KEY: privateKey, VAPID_SUBJECT: "mailto:tests@example.org" };
}

/** A session of a user who is in these chats. */
export async function tokenOf(userId: string, chats: readonly string[] = [CHAT]): Promise<string> {
  return await new Tokens({ session: [SECRET] }).sign({ userId, name: userId, chats });
}

/** A user's browser as far as HTTP goes. */
export async function visitor(url: string, userId: string, origin = url): Promise<Guest> {
  const guest = new Guest(url, origin);
  guest.cookie = `zvonok_session=${await tokenOf(userId)}`;
  return guest;
}

/** What a browser makes for each subscription (RFC 8291, section 2). */
export async function browserKeys(): Promise<{ readonly p256dh: string; readonly auth: string }> {
  const pair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const [p256dh, auth] = [point, crypto.getRandomValues(new Uint8Array(16))].map((bytes) =>
    bytes.toBase64({ alphabet: "base64url", omitPadding: true })
  );
  return { p256dh: p256dh!, auth: auth! };
}

/** In a page: an offer that any browser takes. */
export async function makeOffer(): Promise<RTCSessionDescriptionInit> {
  const connection = new RTCPeerConnection();
  for (const kind of ["audio", "video"]) connection.addTransceiver(kind);
  const { type, sdp } = await connection.createOffer();
  connection.close();
  return { type, sdp };
}
