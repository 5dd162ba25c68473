/** Calls whose media stops, in a real Chromium: they have it again, or end as failed at both sides within the bound. */

import assert from "node:assert/strict";
import { POLITE_MS, RECOVERY, roundMs } from "../../shared/client/call/recovery_state.ts";
import type { Person } from "../support/person.ts";
import { connect, type Scene, scene } from "../support/scene.ts";
import { said, until } from "../support/until.ts";
import { ALL_LOST, emulateNetwork, UNLIMITED } from "../support/network_conditions.ts";

/** From the last packet to the end, at the side that waits longest: the callee, who may be the only one whose media is missed. */
const BOUND_MS = roundMs({ ...RECOVERY, graceMs: 20_000, politeMs: POLITE_MS });
/** For the look at the packets, and the test's own at the pages. */
const SLACK_MS = 1_000;

interface Tampered {
  /** The next messages of this kind are swallowed; how many are left. */
  swallow: { type: "offer" | "answer"; left: number };
  /** The messages relayed inside the call. */
  said: { type: "offer" | "answer"; sdp: string }[];
}

/** Puts somebody between a page and its socket, who loses what was said inside the call; to be called once the page can call. */
async function tamper({ page }: Person): Promise<void> {
  await page.evaluate(() => {
    const tampered: Tampered = { swallow: { type: "offer", left: 0 }, said: [] };
    Object.assign(globalThis, { tampered });
    const { send } = WebSocket.prototype;
    WebSocket.prototype.send = function (data: string) {
      const message = JSON.parse(data);
      if (message.type === "call:negotiate") {
        tampered.said.push(message.description);
        if (message.description.type === tampered.swallow.type && tampered.swallow.left-- > 0) return;
      }
      send.call(this, data);
    };
  });
}

async function swallowNext({ page }: Person, type: "offer" | "answer"): Promise<void> {
  await page.evaluate((type) => {
    (globalThis as unknown as { tampered: Tampered }).tampered.swallow = { type, left: 1 };
  }, type);
}

async function saidBy({ page }: Person): Promise<Tampered["said"]> {
  return await page.evaluate(() => (globalThis as unknown as { tampered: Tampered }).tampered.said);
}

/** The state of the newest connection's negotiation, by the browser. */
async function isStable({ page }: Person): Promise<boolean> {
  return await page.evaluate(() =>
    (globalThis as unknown as { keptConnections: RTCPeerConnection[] }).keptConnections.at(-1)!.signalingState ===
      "stable"
  );
}

async function talk(stage: Scene): Promise<void> {
  await connect(stage);
  await mediaFlows(stage);
}

async function mediaFlows({ ada, boris }: Scene): Promise<void> {
  const kinds = ["framesDecoded", "audioEnergy"] as const;
  await Promise.all([ada, boris].flatMap((person) => kinds.map((kind) => person.receives(kind, 15_000))));
}

scene("all media stops for good while the signaling goes on: failed at both sides, within the bound", async (stage) => {
  const { ada, boris } = stage;
  const changes = [await emulateNetwork(ada), await emulateNetwork(boris)];
  await talk(stage);
  await Promise.all(changes.map((change) => change(ALL_LOST)));
  const since = performance.now();
  const seen = await Promise.all([ada, boris].map(async (person) => {
    await said(person.page, "Reconnecting…", 5_000);
    const reconnecting = Math.round(performance.now() - since);
    await said(person.page, "Call ended", 40_000);
    return [reconnecting, Math.round(performance.now() - since)] as const;
  }));
  for (const [n, person] of [ada, boris].entries()) {
    const [reconnecting, ended] = seen[n]!;
    console.log(
      `${n === 0 ? "caller" : "callee"}: "Reconnecting…" after ${reconnecting} ms, the end after ${ended} ms`,
    );
    assert.ok(ended <= BOUND_MS + SLACK_MS, `${ended} ms`);
    await person.reads("Your two networks found no way to each other");
    assert.deepEqual(await person.open(), { connections: 0, tracks: 0 });
  }
});

for (const lost of ["offer", "answer"] as const) {
  scene(
    `media stops and the ${lost} of the restart is lost: the offer is repeated, and the call goes on`,
    async (stage) => {
      const { ada, boris } = stage;
      const changes = [await emulateNetwork(ada), await emulateNetwork(boris)];
      await talk(stage);
      await Promise.all([tamper(ada), tamper(boris)]);
      await swallowNext(lost === "offer" ? ada : boris, lost);
      await Promise.all(changes.map((change) => change(ALL_LOST)));
      const since = performance.now();
      const offers = await until("the offer was repeated", async () => {
        const offers = (await saidBy(ada)).filter(({ type }) => type === "offer");
        return offers.length >= 2 && offers;
      });
      const [first, second] = offers.map(({ sdp }) => /^a=ice-ufrag:.*$/m.exec(sdp)![0]);
      assert.equal(second, first, "it is the pending one, and not another restart");
      await until("it has its answer", () => isStable(ada));
      await Promise.all(changes.map((change) => change(UNLIMITED)));
      await mediaFlows(stage);
      console.log(`${lost} lost: media again ${Math.round(performance.now() - since)} ms after it stopped`);
      await Promise.all([ada.hears("Connected"), boris.hears("Connected")]);
      assert.deepEqual([(await ada.open()).connections, (await boris.open()).connections], [1, 1]);
    },
  );
}
