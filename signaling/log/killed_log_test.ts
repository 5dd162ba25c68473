/** The call log in a file, whose process is killed in the midst of writing, or which somebody else has open. */

import assert from "node:assert/strict";
import { TextLineStream } from "../../tests/support/line_stream.ts";
import { IN_CHAT } from "../../tests/support/log_writer.ts";
import { SqliteCallLog } from "./sqlite_log.ts";

const WRITER = new URL("../../tests/support/log_writer.ts", import.meta.url).pathname;

const LOCKER = new URL("../../tests/support/file_locker.ts", import.meta.url).pathname;

/** Starts a writer, kills it once it has said so many numbers, and gives the last one that it said. */
async function killed(path: string, first: number, count: number): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-lock", "-A", WRITER, path, String(first)],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let last = -1;
  for await (const line of child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())) {
    if (line !== "") last = Number(line);
    if (last === first + count) child.kill("SIGKILL");
  }
  assert.equal((await child.status).signal, "SIGKILL");
  return last;
}

Deno.test("call log: a process that is killed in the midst of writing loses nothing that was written", async () => {
  const place = await Deno.makeTempDir({ prefix: "zvonok-log-" });
  const path = `${place}/calls.db`;
  try {
    let first = 0;
    for (let round = 0; round < 4; round++) {
      const last = await killed(path, first, 150 + 37 * round);
      const log = new SqliteCallLog(path, (event) => assert.fail(event));
      const chats = Array.from({ length: Math.floor((last + 1) / IN_CHAT) + 1 }, (_, chat) => `chat-${chat}`);
      const found = chats.flatMap((chat) => log.calls("ann", chat, IN_CHAT)).map(({ callId }) => callId);
      log.close();
      const expected = Array.from({ length: last + 1 }, (_, n) => `call-${n}`);
      assert.deepEqual(expected.filter((id) => !found.includes(id)), []);
      // One more may be there, that it did not come to say.
      assert.ok(found.length - expected.length <= 1, `${found.length} of ${expected.length}`);
      first = found.length;
    }
  } finally {
    await Deno.remove(place, { recursive: true });
  }
});

Deno.test("call log: a file that somebody has to themselves for a moment is waited for when it is opened", async () => {
  const place = await Deno.makeTempDir({ prefix: "zvonok-log-" });
  const path = `${place}/calls.db`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-lock", "-A", LOCKER, path, "300"],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  try {
    const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
    for await (const line of lines) {
      if (line !== "locked") continue;
      new SqliteCallLog(path, (event) => assert.fail(event)).close();
    }
    assert.equal((await child.status).code, 0);
  } finally {
    await Deno.remove(place, { recursive: true });
  }
});
