/** What a running call gains: a camera in an audio call, a screen beside the camera, another codec. In a real Chromium. */

import assert from "node:assert/strict";
import type { Person } from "../support/person.ts";
import type { Page } from "../support/packages.ts";
import { connect, type Scene, scene } from "../support/scene.ts";
import { gone, there, until } from "../support/until.ts";

/** What the newest peer connection of a page receives, for each section in its order: frames since the last look. */
async function sections({ page }: Person): Promise<{ kind: string; frames: number; width: number }[]> {
  return await page.evaluate(async () => {
    const { keptConnections } = globalThis as unknown as { keptConnections: RTCPeerConnection[] };
    // A transceiver that gave way in a collision is stopped, and in no description.
    const receivers = keptConnections.at(-1)!.getTransceivers().filter(({ mid }) => mid !== null)
      .map(({ receiver }) => receiver);
    return await Promise.all(receivers.map(async (receiver) => {
      const reports = [...(await receiver.getStats()).values()];
      const inbound = reports.find(({ type }) => type === "inbound-rtp");
      return { kind: receiver.track.kind, frames: inbound?.framesDecoded ?? 0, width: inbound?.frameWidth ?? 0 };
    }));
  });
}

/** Waits until a section brings pictures that it did not bring before. */
async function sees(person: Person, section: number): Promise<void> {
  const frames = async () => (await sections(person))[section]?.frames ?? 0;
  const before = await frames();
  await until(`new pictures in section ${section}`, async () => await frames() > before);
}

const kindsOf = async (person: Person) => (await sections(person)).map(({ kind }) => kind);
const video = (label: string) => `video[aria-label="${label}"]:not([aria-hidden])`;

for (const [first, second] of [["ada", "boris"], ["boris", "ada"]] as const) {
  scene(`an audio call: ${first} turns the camera on, then ${second}, each by own consent`, async (stage) => {
    const [one, other] = [stage[first], stage[second]];
    await connect(stage, "Audio call");
    await other.receives("audioEnergy");
    await one.click("Turn camera on");
    await sees(other, 1);
    await there(other.page, video("Remote video"));
    assert.deepEqual(await other.open(), { connections: 1, tracks: 1 }, "no camera but the one that was turned on");
    await other.click("Turn camera on");
    await sees(one, 1);
    await Promise.all([one.receives("audioEnergy"), other.receives("audioEnergy")]);
    assert.deepEqual(await kindsOf(one), ["audio", "video"]);
    assert.deepEqual(await kindsOf(other), ["audio", "video"]);
    await one.click("Turn camera off");
    await gone(other.page, video("Remote video"));
    assert.deepEqual(await one.open(), { connections: 1, tracks: 1 }, "its light is out");
  });
}

scene("an audio call: both turn the camera on at once, and each sees the other", async (stage) => {
  const { ada, boris } = stage;
  await connect(stage, "Audio call");
  await Promise.all([ada.click("Turn camera on"), boris.click("Turn camera on")]);
  await Promise.all([sees(ada, 1), sees(boris, 1)]);
  await Promise.all([ada.receives("audioEnergy"), boris.receives("audioEnergy")]);
});

/** The pages of a scene where a tab that is named by its title is what people share. */
function sharing(name: string, run: (scene: Scene & { closeShared(): Promise<void> }) => Promise<void>): void {
  let shared: Page;
  const prepare = async ({ ada }: Pick<Scene, "ada">) => {
    shared = await ada.anotherWindow();
    await shared.setContent("<title>Shared page</title><body style='background: #c00'>");
    await shared.evaluate(() => {
      setInterval(() => document.body.style.color = `#${Math.floor(Math.random() * 900) + 100}`, 100);
      document.body.append("shared");
    });
  };
  const switches = ["--auto-select-tab-capture-source-by-title=Shared page"];
  scene(name, (stage) => run({ ...stage, closeShared: () => shared.close() }), { devices: "ask", switches, prepare });
}

sharing(
  "a screen is shared beside the camera, both are shown, and a second time needs no negotiation",
  async (stage) => {
    const { ada, boris } = stage;
    await connect(stage);
    await sees(boris, 1);
    await ada.click("Share screen");
    await sees(boris, 2);
    await sees(boris, 1);
    for (const label of ["Remote video", "Remote screen"]) await there(boris.page, video(label));
    await ada.reads("You are sharing your screen");
    await ada.click("Stop sharing");
    await gone(boris.page, video("Remote screen"));
    assert.deepEqual(await ada.open(), { connections: 1, tracks: 2 }, "the screen is let go");
    const offers = await ada.negotiations();
    await ada.click("Share screen");
    await sees(boris, 2);
    assert.equal(await ada.negotiations(), offers);
    await boris.click("Hang up");
    await ada.hears("Call ended");
    assert.deepEqual(await ada.open(), { connections: 0, tracks: 0 });
  },
);

sharing("what ends by the system's own button, or with the shared window, is not shared any more", async (stage) => {
  const { ada, boris, closeShared } = stage;
  await connect(stage, "Audio call");
  await ada.click("Share screen");
  await sees(boris, 2);
  await closeShared();
  await gone(boris.page, video("Remote screen"));
  await ada.sees("button", "Share screen");
  await boris.receives("audioEnergy");
});

sharing("both share at once, over a reload of one side, and one of them turns the camera on", async (stage) => {
  const { ada, boris } = stage;
  await connect(stage, "Audio call");
  await Promise.all([ada.click("Share screen"), boris.click("Share screen")]);
  await Promise.all([sees(ada, 2), sees(boris, 2)]);
  assert.deepEqual(await kindsOf(ada), ["audio", "video", "video"]);
  await boris.click("Turn camera on");
  await sees(ada, 1);
  await ada.page.reload();
  await ada.hears("Connected");
  await Promise.all([sees(ada, 1), sees(ada, 2)]);
  for (const label of ["Remote video", "Remote screen"]) await there(ada.page, video(label));
  await ada.receives("audioEnergy");
});
