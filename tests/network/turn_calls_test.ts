/** Calls in a real Chromium that go through a real coturn. */

import assert from "node:assert/strict";
import { launch } from "../support/chromium.ts";
import { Person } from "../support/person.ts";
import { build, type Product, startProduct } from "../support/product.ts";
import { connect, meet } from "../support/scene.ts";
import { until } from "../support/until.ts";
import { pathOf } from "../support/media_probe.ts";
import { type Relay, relay, TURN_SECRET, turnTest } from "../support/turn.ts";

/** A call whose media may only go through TURN. */
async function relayed(
  env: (relay: Relay) => Record<string, string>,
  run: (scene: { product: Product; ada: Person; boris: Person; chat: string; relay: Relay }) => Promise<void>,
): Promise<void> {
  await build();
  await using stack = new AsyncDisposableStack();
  const coturn = await relay(stack);
  const product = stack.use(
    await startProduct({ ICE_TRANSPORT_POLICY: "relay", TURN_SECRET: TURN_SECRET, ...env(coturn) }),
  );
  const browser = stack.use(await launch("grant", "--ignore-certificate-errors"));
  const [ada, boris] = [stack.use(await Person.enter(browser)), stack.use(await Person.enter(browser))];
  const chat = await meet(product.url, ada, boris);
  const scene = { product, ada, boris, chat };
  await connect(scene);
  await run({ ...scene, relay: coturn });
  assert.ok(!product.output().includes(TURN_SECRET));
  assert.deepEqual([...ada.errors, ...boris.errors], []);
}

for (const transport of ["udp", "tcp", "tls"] as const) {
  turnTest(`a call through TURN over ${transport}: relayed at both ends, seen and heard`, async () => {
    await relayed(({ urls }) => ({ TURN_URLS: urls[transport] }), async ({ ada, boris }) => {
      for (const person of [ada, boris]) {
        await person.receives("framesDecoded");
        await person.receives("audioEnergy");
        const { types, relayProtocol } = await pathOf(person);
        assert.deepEqual([types, relayProtocol], [["relay", "relay"], transport]);
      }
    });
  });
}

/** The ICE ufrag of somebody's page: another one after an ICE restart (RFC 8445, section 2.4). */
async function ufragOf({ page }: Person): Promise<string> {
  return await page.evaluate(() => {
    const { keptConnections } = globalThis as unknown as { keptConnections: RTCPeerConnection[] };
    return /a=ice-ufrag:(\S+)/.exec(keptConnections.at(-1)!.currentLocalDescription!.sdp)![1]!;
  });
}

/** Waits until somebody's page is connected with another ufrag than `before`. How soon, and what the page says meanwhile, is not tested. */
async function gathersAnew({ page }: Person, before: string): Promise<void> {
  const isAnother = (before: string) => {
    const { keptConnections } = globalThis as unknown as { keptConnections: RTCPeerConnection[] };
    const { connectionState, currentLocalDescription } = keptConnections.at(-1)!;
    const user = /a=ice-ufrag:(\S+)/.exec(currentLocalDescription?.sdp ?? "")?.[1];
    return connectionState === "connected" && user !== undefined && user !== before;
  };
  await until("connected with another ufrag", () => page.evaluate(isAnother, before), 30_000);
}

turnTest("in a long call, renewed credentials find a new path after the first have expired", async () => {
  const env = ({ urls }: Relay) => ({ TURN_URLS: urls.udp, TURN_TTL: "4" });
  await relayed(env, async ({ ada, boris, relay }) => {
    const firstName = async ({ page }: Person) =>
      await page.evaluate(() => {
        const { keptConnections } = globalThis as unknown as { keptConnections: RTCPeerConnection[] };
        return keptConnections.at(-1)!.getConfiguration().iceServers![0]!.username!;
      });
    const first = await firstName(ada);
    while (Date.now() / 1000 < Number(first.split(":")[0]) + 1) {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    assert.notEqual(await firstName(ada), first);
    const before = [await ufragOf(ada), await ufragOf(boris)];
    // The relay has forgotten its allocations: everybody must ask anew.
    await relay.restart();
    await Promise.all([gathersAnew(ada, before[0]!), gathersAnew(boris, before[1]!)]);
    for (const person of [ada, boris]) {
      await person.receives("framesDecoded");
      await person.receives("audioEnergy");
      assert.deepEqual((await pathOf(person)).types, ["relay", "relay"]);
    }
  });
});
