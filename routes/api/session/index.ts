/** `/api/session`: who am I, and become somebody. */

import { z } from "zod";
import { displayName } from "../../../shared/protocol/formats.ts";
import { accessDenied, json, noSession, readJson } from "../../(_kit)/api.ts";
import { define } from "../../(_kit)/define.ts";

const body = z.strictObject({ name: displayName });

export const handler = define.handlers({
  GET({ state: { viewer, tokenRefusal } }) {
    if (viewer === null) return noSession(tokenRefusal);
    return json({ user: { id: viewer.userId, name: viewer.name }, chats: viewer.chats });
  },

  async POST({ req, state: { guests, session } }) {
    if (guests === null) return accessDenied();
    const input = await readJson(req, body);
    if (input instanceof Response) return input;
    const renewed = await guests.enter(session, input.name);
    return json({ user: { id: renewed.session.userId, name: renewed.session.name } }, { cookie: renewed.cookie });
  },
});
