/** The log of calls as people see it: in the lobby, on the chat's page, and after a restart. */

import assert from "node:assert/strict";
import { SqliteCallLog } from "../../signaling/log/sqlite_log.ts";
import { Guest } from "../support/guest.ts";
import { build, PRODUCT, startProduct, startScript } from "../support/product.ts";
import { connect, crash, play } from "../support/scene.ts";
import { until } from "../support/until.ts";

const DAY_MS = 24 * 3600 * 1000;
/** As a page in English says a date, in the zone of this machine. */
const DATE = new Intl.DateTimeFormat("en", { dateStyle: "medium" });

/** A folder for `DATA_DIR`, to be removed. */
async function folder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir({ prefix: "zvonok-data-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

Deno.test("browser: the calls of a chat are on its page and in the lobby, over a killed server, until they are cleared", async () => {
  await using data = await folder();
  await play(async (stage) => {
    const { ada, boris, chat, product } = stage;
    await connect(stage);
    await boris.click("Hang up");
    await ada.hears("Call ended");
    await ada.reads("You called Boris");
    await crash(product, ada, boris);
    await Promise.all([ada.online(), boris.online()]);
    await boris.page.goto(product.url);
    await boris.reads("Ada called");
    await boris.page.goto(chat);
    await boris.reads("Ada called");
    await boris.page.click(".clear summary");
    await boris.click("Clear the list");
    await until("boris' list is empty", () => boris.page.evaluate(() => document.querySelector(".history") === null));
    await boris.page.goto(product.url);
    await boris.reads("Your chats");
    assert.equal(await boris.page.$(".last-call"), null);
    await ada.page.reload();
    await ada.reads("You called Boris");
  }, { env: { DATA_DIR: data.path } });
});

Deno.test("browser: a missed call of three days ago is dated so, and stays until it is put away", async () => {
  await using data = await folder();
  await play(async ({ boris, chat, product }) => {
    const at = Date.now() - 3 * DAY_MS;
    const { user: { id } } = await boris.page.evaluate(() => fetch("/api/session").then((answer) => answer.json()));
    const log = new SqliteCallLog(`${data.path}/calls.db`, (event) => assert.fail(event));
    const call = { chatId: chat.split("/").at(-1)!, callId: "call-of-three-days-ago", at, role: "callee" } as const;
    const rest = { media: "video", durationMs: null, outcome: "timeout", missed: "timeout" } as const;
    log.append([{ userId: id, call: { ...call, ...rest, peer: { id: "ada", name: "Ada" } } }]);
    log.close();
    const notice = `Missed video call from Ada, ${DATE.format(at)}`;

    await boris.page.goto(product.url);
    await boris.reads("Missed calls: 1");
    await boris.reads(`Missed call from Ada, ${DATE.format(at)}`);
    await boris.page.goto(`${product.url}/doctor`);
    await boris.click("Start the check");
    await boris.sees("button", "Run again");
    for (let time = 0; time < 2; time++) {
      await boris.page.goto(chat);
      await boris.reads(notice);
    }
    await boris.click("Close");
    await boris.page.reload();
    await boris.online();
    await boris.reads("Missed call from Ada");
    assert.ok(!(await boris.page.evaluate(() => document.body.innerText)).includes(notice));
    await boris.page.goto(product.url);
    await boris.reads("Missed call from Ada");
    assert.equal(await boris.page.$(".last-call strong"), null);
  }, { env: { DATA_DIR: data.path } });
});

Deno.test("call log: where nothing can be written it is kept in memory, and that is said at the start", async () => {
  await build();
  await using product = await startProduct({ DATA_DIR: "/dev/null/data" });
  await until("it is said", () => Promise.resolve(/DATA_DIR: .* kept in memory/.test(product.output())));
  const guest = await Guest.named(product.url, "Ann");
  const calls = await guest.get(`/api/chats/${await guest.createChat()}/calls`);
  assert.deepEqual([calls.status, calls.json], [200, { calls: [] }]);
});

Deno.test("call log: a folder that the task may not write in is told with what to do, which is what is documented", async () => {
  await build();
  await using data = await folder();
  const args = PRODUCT.toSpliced(-1, 0, "--allow-write=data");
  await using refused = await startScript(args, { PORT: "0", DATA_DIR: data.path });
  const told = `DATA_DIR: the call log is kept in memory, and ends with this process: this process may not write in ` +
    `${data.path}: start it with --allow-write=${data.path} (docs/configuration.md)\n`;
  await until("it is said", () => Promise.resolve(refused.output().includes(told)));
  const page = await Deno.readTextFile(new URL("../../docs/configuration.md", import.meta.url));
  const command = /^DATA_DIR=(\S+) deno (run .*start\.ts)$/m.exec(page) ?? assert.fail("no command");
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
  assert.equal(`deno ${command[2]!.replaceAll(command[1]!, "data")}`, tasks.serve);
  const documented = command[2]!.replaceAll(command[1]!, data.path).split(" ");
  await using taken = await startScript(documented, { PORT: "0", DATA_DIR: data.path });
  await until("it is there", () => Deno.stat(`${data.path}/calls.db`).then(() => true, () => null));
  assert.doesNotMatch(taken.output(), /DATA_DIR/);
});
