/** Whether the digits that two people compare tell an honest signaling server from one that stands between them. */

import assert from "node:assert/strict";
import { fingerprintsOf } from "../../shared/client/call/verification.ts";
import { launch } from "../support/chromium.ts";
import { Person } from "../support/person.ts";
import { ManInTheMiddle } from "../support/man_in_the_middle.ts";
import { build, startProduct } from "../support/product.ts";
import { connect, meet, scene } from "../support/scene.ts";
import { gone, until } from "../support/until.ts";

const CHANGED = "The digits are new";

/** The digits on a person's screen, once they are others than `before`. */
async function digits({ page }: Person, before: readonly string[] = []): Promise<string[]> {
  const look = (before: string) => {
    const items = document.querySelectorAll('ol[aria-label="Digits to compare"] > li > [aria-hidden]');
    const groups = [...items].map((item) => item.textContent!);
    return groups.length > 0 && groups.join() !== before && groups;
  };
  return await until("digits that are new", () => page.evaluate(look, before.join()), 15_000);
}

const says = ({ page }: Person, text: string) => page.evaluate((text) => document.body.innerText.includes(text), text);

/** The descriptions that an ICE restart would put in force, and those that are. */
function restarted({ page }: Person) {
  return page.evaluate(async () => {
    const { keptConnections } = globalThis as unknown as { keptConnections: RTCPeerConnection[] };
    const pc = keptConnections.at(-1)!;
    const [local, remote] = [pc.currentLocalDescription!.sdp, pc.currentRemoteDescription!.sdp];
    return { local, remote, next: (await pc.createOffer({ iceRestart: true })).sdp! };
  });
}

scene("verification: both screens show the same digits, and others once a page was reloaded", async (stage) => {
  const { ada, boris } = stage;
  await connect(stage);
  await Promise.all([ada.click("Settings"), boris.click("Settings")]);
  const [hers, his] = [await digits(ada), await digits(boris)];
  assert.deepEqual(hers, his);
  assert.ok(hers.length === 6 && hers.every((group) => /^\d{4}$/.test(group)), hers.join());
  const read = await boris.page.$$eval("ol.digits .visually-hidden", (nodes) => nodes.map((node) => node.textContent));
  assert.deepEqual(read, his.map((group) => [...group].join(" ")), "a screen reader says digit after digit");

  const { local, remote, next } = await restarted(ada);
  assert.notEqual(/a=ice-ufrag:(.*)/.exec(next)![1], /a=ice-ufrag:(.*)/.exec(local)![1]);
  assert.equal(fingerprintsOf({ local: next, remote }), fingerprintsOf({ local, remote }), "an ICE restart");

  await boris.page.keyboard.press("Escape");
  await gone(boris.page, "dialog[open]");
  await boris.page.reload();
  await boris.hears("Connected");
  const after = await digits(ada, hers);
  assert.ok(await says(ada, CHANGED));
  await boris.click("Settings");
  assert.deepEqual(await digits(boris), after);
  assert.equal(await says(boris, CHANGED), false);
});

Deno.test({
  name: "verification: a server in the middle that ends the encryption itself: the call connects, the digits differ",
  // werift leaves the ciphers of its SRTP to the garbage collector.
  sanitizeResources: false,
  async fn() {
    await build();
    await using stack = new AsyncDisposableStack();
    const product = stack.use(await startProduct());
    const attacker = stack.use(new ManInTheMiddle(product.url));
    const browser = stack.use(await launch());
    const [ada, boris] = [stack.use(await Person.enter(browser)), stack.use(await Person.enter(browser))];
    const chat = await meet(attacker.url, ada, boris);
    await connect({ product, ada, boris, chat });
    assert.deepEqual(attacker.states, ["connected", "connected"]);
    await Promise.all(
      [ada, boris].flatMap((person) => [person.receives("framesDecoded"), person.receives("audioEnergy")]),
    );
    await Promise.all([ada.click("Settings"), boris.click("Settings")]);
    const [hers, his] = [await digits(ada), await digits(boris)];
    assert.notDeepEqual(hers, his);
    assert.deepEqual([...ada.errors, ...boris.errors], []);
  },
});
