/** `POST /api/chats/:id/free`: who made the chat frees the seat of its `member`. To anybody else it answers like an unknown chat (R1). */

import { z } from "zod";
import { userId } from "../../../../shared/protocol/formats.ts";
import { accessDenied, json, noSession, readJson } from "../../../(_kit)/api.ts";
import { define } from "../../../(_kit)/define.ts";

const body = z.strictObject({ member: userId });

export const handler = define.handlers({
  async POST({ req, params: { id }, state: { guests, hub, session, tokenRefusal } }) {
    if (guests === null) return accessDenied();
    if (session === null) return noSession(tokenRefusal);
    const input = await readJson(req, body);
    if (input instanceof Response) return input;
    if (!await guests.freeSeat(session, id!, input.member)) return accessDenied();
    return json({ chatId: id, members: await hub.members(id!) });
  },
});
