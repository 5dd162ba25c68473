/** Calls in a host application's page that outlive its tokens: where it renews them, and where it does not. */

import assert from "node:assert/strict";
import { launch } from "../support/chromium.ts";
import { Person } from "../support/person.ts";
import { isConnected, reload, sees, withExample, withSilentHost } from "../support/embedded.ts";
import type { Frame } from "../support/packages.ts";
import { canCall, press, said, until } from "../support/until.ts";

const LAST_CALL = /server does not know you|session here has ended/i;

/** How long, in ms, after what a token says its server is sure not to take it for a valid one any more. */
const SURELY_MS = 35_000;

async function past(time: number): Promise<void> {
  await until(`it is ${new Date(time).toISOString()}`, () => Promise.resolve(Date.now() > time), 60_000);
}

/** Ada calls Boris, who accepts: they are connected still when a token of hers that lasts for 20 s has expired. Gives its end. */
async function callPastExpiry(adas: Frame, boriss: Frame): Promise<number> {
  const expired = Date.now() + 20_000;
  await press(adas, "Video call");
  await press(boriss, "Accept");
  for (const frame of [adas, boriss]) await isConnected(frame);
  await past(expired + 4_000);
  for (const frame of [adas, boriss]) {
    await isConnected(frame);
    await sees(frame);
    assert.doesNotMatch(await textOf(frame), LAST_CALL);
  }
  return expired;
}

const textOf = (frame: Frame) => frame.evaluate(() => document.body.innerText);

Deno.test("host application: a call outlives a token that nobody renews, a reload too, and ends when somebody ends it", async () => {
  await using stack = new AsyncDisposableStack();
  const { enter } = stack.use(await withSilentHost({ ada: 20, boris: 3600 }, { GRACE_MS: "15000" }));
  const browser = stack.use(await launch());
  const [ada, boris] = [stack.use(await Person.enter(browser)), stack.use(await Person.enter(browser))];
  const boriss = await enter(boris, "boris");
  const adas = await enter(ada, "ada");
  const expired = await callPastExpiry(adas, boriss);

  await past(expired + SURELY_MS); // more than twice the grace
  await reload(adas);
  for (const frame of [adas, boriss]) {
    await isConnected(frame);
    await sees(frame);
  }
  await press(boriss, "Hang up");
  await said(adas, "Call ended. boris hung up.");
  // The page around hers is asked once more first, and has five seconds.
  await until("she is told that her session is over", async () => {
    return (await textOf(adas)).includes("Your session here has ended. Open this chat again");
  }, 20_000);
  assert.deepEqual(await ada.open(), { connections: 0, tracks: 0 });
  await canCall(boriss);
});

Deno.test("host application: the example renews, so that a call outlives its token and the next one can begin", async () => {
  await using stack = new AsyncDisposableStack();
  const { enter } = stack.use(await withExample(20, { GRACE_MS: "2000" }));
  const browser = stack.use(await launch());
  const [ada, boris] = [stack.use(await Person.enter(browser)), stack.use(await Person.enter(browser))];
  const [adas, boriss] = [await enter(ada, "ada"), await enter(boris, "boris")];
  const expired = await callPastExpiry(adas, boriss);
  const [cookie] = await ada.page.browserContext().cookies().then((all) =>
    all.filter(({ name }) => name === "zvonok_session")
  );
  const { exp } = JSON.parse(atob(cookie!.value.split(".")[1]!.replaceAll("-", "+").replaceAll("_", "/")));
  assert.ok(exp * 1000 > expired, "the cookie holds the newer token");

  await press(adas, "Hang up");
  await said(boriss, "Call ended");
  await reload(adas);
  await canCall(adas);
  await press(boriss, "Call again");
  await press(adas, "Accept");
  for (const frame of [adas, boriss]) await isConnected(frame);
});
