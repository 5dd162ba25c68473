/** `POST /api/push`: a browser can be told of its user's calls (W3C Push API, `PushSubscription`). `DELETE`: it is not to be any more. */

import { z } from "zod";
import { httpError } from "../../signaling/http/responses.ts";
import { PUBLIC_KEY } from "../../signaling/push/vapid.ts";
import { json, noSession, notHere, readJson } from "../(_kit)/api.ts";
import { define } from "../(_kit)/define.ts";

/** Longer than those of any push service: an endpoint of Windows has 700 characters. */
const endpoint = z.string().max(2048, "expected at most 2048 characters");
/** RFC 8291, section 3: an uncompressed point of P-256, and 16 bytes. */
const keys = z.strictObject({
  p256dh: z.string().regex(PUBLIC_KEY, "expected 65 bytes in base64url"),
  auth: z.string().regex(/^[A-Za-z0-9_-]{22}$/, "expected 16 bytes in base64url"),
});
const subscription = z.strictObject({ endpoint, keys, replaces: endpoint.optional() });
const known = z.strictObject({ endpoint });

/** What is wrong, by the field. */
const WRONG = {
  endpoint: "endpoint: expected an https URL of a public host, or of PUSH_SERVICES",
  keys: "keys.p256dh: expected a point of P-256",
};

export const handler = define.handlers({
  async POST({ req, state: { locale, push, session, tokenRefusal } }) {
    if (session === null) return noSession(tokenRefusal);
    if (push === null) return notHere();
    const input = await readJson(req, subscription);
    if (input instanceof Response) return input;
    const { endpoint, keys, replaces } = input;
    const kept = await push.keep(session.userId, { endpoint, ...keys, locale, at: Date.now() }, replaces);
    return kept === "kept" ? json({}) : httpError(400, "INVALID_MESSAGE", WRONG[kept]);
  },

  async DELETE({ req, state: { push, session, tokenRefusal } }) {
    if (session === null) return noSession(tokenRefusal);
    if (push === null) return notHere();
    const input = await readJson(req, known);
    if (input instanceof Response) return input;
    await push.remove(session.userId, input.endpoint);
    return json({});
  },
});
