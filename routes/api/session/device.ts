/**
 * `POST /api/session/device`: makes a client that is no browser another device of the user whose link for a second device it is. The pass
 * in that link is the proof, and good once; the token goes into the answer, and no cookie is set.
 */

import { z } from "zod";
import { MAX_TOKEN_BYTES } from "../../../signaling/identity/session_cookie.ts";
import { accessDenied, readJson, renewedJson } from "../../(_kit)/api.ts";
import { define } from "../../(_kit)/define.ts";

const body = z.strictObject({ pass: z.string().max(MAX_TOKEN_BYTES) });

export const handler = define.handlers({
  async POST({ req, state: { guests } }) {
    if (guests === null) return accessDenied();
    const input = await readJson(req, body);
    if (input instanceof Response) return input;
    const added = await guests.addDevice(input.pass);
    if (added === null) return accessDenied();
    const { session: { userId: id, name }, chatId } = added;
    return renewedJson({ user: { id, name }, chatId }, added, { keepsToken: true });
  },
});
