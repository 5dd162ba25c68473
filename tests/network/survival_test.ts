/** Calls that outlive what happens to them, in a real Chromium: reloads, lost sockets, a killed server, a duplicated tab. */

import assert from "node:assert/strict";
import type { Person } from "../support/person.ts";
import { connect, crash, pressAtOnce, type Scene, scene } from "../support/scene.ts";
import { canCall, gone } from "../support/until.ts";

/** A page tries to come back more and more seldom, up to 15 s after the try before. */
const COMES_BACK_MS = 30_000;

async function mediaFlows({ ada, boris }: Scene): Promise<void> {
  await Promise.all([ada.hears("Connected"), boris.hears("Connected")]);
  const kinds = ["framesDecoded", "audioEnergy"] as const;
  await Promise.all([ada, boris].flatMap((person) => kinds.map((kind) => person.receives(kind))));
}

async function hangsUp(one: Person, other: Person): Promise<void> {
  await one.click("Hang up");
  await other.hears("Call ended");
  for (const person of [one, other]) assert.deepEqual(await person.open(), { connections: 0, tracks: 0 });
}

for (const name of ["ada", "boris"] as const) {
  scene(`[R13] the ${name === "ada" ? "caller" : "callee"} reloads the page in mid-call: it goes on`, async (stage) => {
    await connect(stage);
    await mediaFlows(stage);
    await stage[name].page.reload();
    await mediaFlows(stage);
    await hangsUp(stage.boris, stage.ada);
  });
}

scene("[R13] both reload at once: the call goes on", async (stage) => {
  await connect(stage);
  await mediaFlows(stage);
  await Promise.all([stage.ada.page.reload(), stage.boris.page.reload()]);
  await mediaFlows(stage);
  await hangsUp(stage.ada, stage.boris);
});

scene("[R13] the caller reloads while it rings: it rings on, and is answered", async (stage) => {
  const { ada, boris } = stage;
  await ada.click("Video call");
  await ada.hears("Ringing…");
  await ada.page.reload();
  await ada.hears("Ringing…");
  await boris.click("Accept");
  await Promise.all([ada.hears("Connected"), boris.hears("Connected")]);
  await ada.receives("framesDecoded");
});

scene("[R12] the callee reloads while it rings: it rings again", async (stage) => {
  const { ada, boris } = stage;
  await ada.click("Video call");
  await boris.sees("button", "Accept");
  await boris.page.reload();
  await boris.click("Accept");
  await mediaFlows(stage);
});

scene("[R13] a camera and microphone that were off stay off over a reload", async (stage) => {
  const { ada, boris } = stage;
  await connect(stage);
  await mediaFlows(stage);
  await ada.click("Turn camera off");
  await ada.click("Mute microphone");
  await ada.page.reload();
  await Promise.all([ada.hears("Connected"), boris.hears("Connected")]);
  await ada.receives("framesDecoded");
  assert.deepEqual(await ada.open(), { connections: 1, tracks: 0 });
  await ada.click("Turn camera on");
  await ada.click("Unmute microphone");
  await boris.receives("framesDecoded");
  await boris.receives("audioEnergy");
});

scene(
  "[R14] the server is killed in mid-call and comes back: media never stops, and a hang-up arrives",
  async (stage) => {
    await connect(stage);
    await mediaFlows(stage);
    const before = (await stage.boris.received()).framesDecoded;
    await crash(stage.product, stage.ada, stage.boris);
    await mediaFlows(stage);
    assert.ok((await stage.boris.received()).framesDecoded > before);
    for (const person of [stage.ada, stage.boris]) assert.equal(await person.connectionsMade(), 1);
    await hangsUp(stage.ada, stage.boris);
  },
);

scene("a duplicated tab has a device of its own: it does not take the call from the first", async (stage) => {
  const { ada, boris, chat } = stage;
  await connect(stage);
  const copy = await boris.anotherWindow();
  const kept = await boris.page.evaluate(() => sessionStorage.getItem("zvonok.device")!);
  await copy.evaluateOnNewDocument((kept) => sessionStorage.setItem("zvonok.device", kept), kept);
  await copy.goto(chat);
  await canCall(copy);
  assert.notEqual(await copy.evaluate(() => sessionStorage.getItem("zvonok.device")), kept);
  await mediaFlows(stage);
  await hangsUp(ada, boris);
});

scene("[R10] both press the button at once: one call, with nobody's accept", async (stage) => {
  const { ada, boris } = stage;
  await pressAtOnce("Video call", ada, boris);
  await mediaFlows(stage);
  assert.deepEqual([(await ada.open()).connections, (await boris.open()).connections], [1, 1]);
  await hangsUp(ada, boris);
});

scene("[R14] the server is killed while it rings: nobody is left ringing, and the next call works", async (stage) => {
  const { ada, boris, product } = stage;
  await ada.click("Video call");
  await boris.sees("button", "Accept");
  await ada.hears("Ringing…");
  await crash(product, ada, boris);
  await Promise.all([ada.hears("Call ended"), boris.hears("Call ended")]);
  await gone(boris.page, '[role="alertdialog"]');
  for (const person of [ada, boris]) assert.deepEqual(await person.open(), { connections: 0, tracks: 0 });
  await Promise.all([ada.online(), boris.online()]);
  await connect(stage);
  await mediaFlows(stage);
});

scene(
  "a server that came back as a stranger: a hang-up it cannot pass on still ends the call for both",
  async (stage) => {
    const { ada, boris, product } = stage;
    await connect(stage);
    await mediaFlows(stage);
    await crash(product, ada, boris);
    await boris.reads("The server does not know you any more", COMES_BACK_MS);
    await ada.click("Hang up");
    await boris.hears("Call ended", 60_000);
    assert.deepEqual(await boris.open(), { connections: 0, tracks: 0 });
  },
  { env: { SESSION_SECRET: "" } },
);
