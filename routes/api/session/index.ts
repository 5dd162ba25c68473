/** `/api/session`: who am I, and become somebody. */

import { z } from "zod";
import { displayName } from "../../../shared/protocol/formats.ts";
import { accessDenied, json, noSession, readJson, renewedJson } from "../../(_kit)/api.ts";
import { define } from "../../(_kit)/define.ts";

/** `token`: a client that is no browser is to have the token itself. */
const body = z.strictObject({ name: displayName, token: z.boolean().optional() });

export const handler = define.handlers({
  GET({ state: { viewer, tokenRefusal } }) {
    if (viewer === null) return noSession(tokenRefusal);
    return json({ user: { id: viewer.userId, name: viewer.name }, chats: viewer.chats });
  },

  async POST({ req, state }) {
    const { guests } = state;
    if (guests === null) return accessDenied();
    const input = await readJson(req, body);
    if (input instanceof Response) return input;
    const keepsToken = state.keepsToken || input.token === true;
    // The cookie is kept from scripts, so nobody gets a token for it: who asks for one is somebody new.
    const session = keepsToken && !state.keepsToken ? null : state.session;
    const renewed = await guests.enter(session, input.name);
    const { userId: id, name } = renewed.session;
    return renewedJson({ user: { id, name } }, renewed, { keepsToken });
  },
});
