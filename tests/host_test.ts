/** Calls inside somebody else's product: the example host application, Zvonok in its frame, and two of its users. */

import assert from "node:assert/strict";
import type { Frame } from "./support/packages.ts";
import { launch, Person } from "./support/chromium.ts";
import { build, startProduct, startScript } from "./support/product.ts";
import { canCall, press, said, until } from "./support/until.ts";

const JWT_SECRET = "what only the two servers know";

Deno.test("host application: its users call each other in its page, and nobody else comes in", async () => {
  await build();
  await using stack = new AsyncDisposableStack();
  const port = freePort();
  const host = `http://localhost:${port}`;
  const product = stack.use(
    await startProduct({ JWT_SECRET, GUESTS: "off", ALLOWED_ORIGINS: host, HOST: "localhost" }),
  );
  const zvonok = product.url.replace("127.0.0.1", "localhost").replace("[::1]", "localhost");
  stack.use(
    await startScript(["run", "--allow-net", "--allow-env", "examples/host-app/server.ts"], {
      JWT_SECRET,
      ZVONOK_URL: zvonok,
      PORT: String(port),
    }),
  );
  const browser = stack.use(await launch());
  const [ada, boris] = [stack.use(await Person.enter(browser)), stack.use(await Person.enter(browser))];
  const enter = async (person: Person, user: string): Promise<Frame> => {
    await person.page.goto(`${host}/?user=${user}`);
    const frame = await person.page.waitForFrame((frame) => frame.url() === `${zvonok}/chat/project-x`);
    await canCall(frame);
    return frame;
  };
  const [adas, boriss] = [await enter(ada, "ada"), await enter(boris, "boris")];
  await press(adas, "Video call");
  await press(boriss, "Accept");
  for (const frame of [adas, boriss]) {
    const isConnected = () => document.querySelector('[role="status"]')?.textContent === "Connected";
    await until("it says Connected, and no more", () => frame.evaluate(isConnected), 30_000);
    const isSeen = () => {
      const video = document.querySelector<HTMLVideoElement>('video[aria-label="Remote video"]');
      return video !== null && video.videoWidth > 0 && video.currentTime > 0;
    };
    await until("the other person is seen", () => frame.evaluate(isSeen), 30_000);
  }
  await press(adas, "Hang up");
  await said(boriss, "Call ended");

  const enterWith = (token: string, origin = host) =>
    fetch(`${zvonok}/enter`, {
      method: "POST",
      redirect: "manual",
      headers: { origin },
      body: new URLSearchParams({ token, chat: "project-x" }),
    });
  for (const [token, origin] of [["forged.token.here", host], ["", host], ["", "https://evil.example"]] as const) {
    const answer = await enterWith(token, origin);
    assert.equal(answer.status, 403);
    assert.equal((await answer.json()).code, "ACCESS_DENIED");
  }
  const guest = await fetch(`${zvonok}/api/session`, { method: "POST", body: JSON.stringify({ name: "Eve" }) });
  assert.equal(guest.status, 403, "no guests");
  await guest.body?.cancel();
});

function freePort(): number {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  return listener.addr.port;
}
