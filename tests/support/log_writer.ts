/** Writes calls to the call log in a file, as fast as it can, and says the number of each that is written; to be killed. */

import { SqliteCallLog } from "../../signaling/log/sqlite_log.ts";

/** How many of them are of one chat. */
export const IN_CHAT = 100;

if (import.meta.main) {
  const [path, first] = Deno.args as [string, string];
  const log = new SqliteCallLog(path, (event) => {
    throw new Error(event);
  });
  for (let n = Number(first);; n++) {
    const call = {
      chatId: `chat-${Math.floor(n / IN_CHAT)}`,
      callId: `call-${n}`,
      at: n,
      role: "caller",
      peer: { id: "bob", name: "Bob" },
      media: "video",
      durationMs: n,
      outcome: "hangup",
      missed: null,
    } as const;
    log.append([{ userId: "ann", call }]);
    Deno.stdout.writeSync(new TextEncoder().encode(`${n}\n`));
  }
}
