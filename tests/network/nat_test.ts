/** Calls of two people who are far apart: through NATs, firewalls and changes of network, in real Chromium over a real coturn. */

import assert from "node:assert/strict";
import type { Person } from "../support/person.ts";
import { type NatScene, natScene } from "../support/nat_scene.ts";
import { backAfter, directPathOf, isRelayed, type Path, pathOf, timelineOf } from "../support/media_probe.ts";

/** How long pictures may stay away when a device is in another network. */
const HANDOVER_MS = 3_000;
/**
 * The same where nothing tells that the old one is gone. Chromium holds on to a way that was good for 3.5 s, whatever better one is
 * there: 2.5 s until it believes that nothing comes any more, and one more for good measure.
 */
const OVERLAP_MS = 5_000;
/** Long enough for a browser to know both: Chromium takes up to three seconds to tell a page's connections of a new network. */
const IN_BOTH_NETWORKS_MS = 3_500;
/** A way that is gone, for longer than a sender keeps what it sent. */
const CUT_MS = 3_500;
/** How much later than the voice pictures may be back. Chromium may put off what it shows by two seconds, after pictures came that late. */
const PICTURES_AFTER_SOUND_MS = 3_000;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

natScene("both behind cone NATs: straight from one to the other", ["cone", "cone"], async (scene) => {
  await talk(scene);
  for (const person of [scene.ada, scene.boris]) {
    const { types } = await directPathOf(person);
    for (const type of types) assert.ok(type === "srflx" || type === "prflx", "through the translated addresses");
  }
});

natScene("both behind symmetric NATs: over TURN", ["symmetric", "symmetric"], async (scene) => {
  for (const path of await talk(scene)) assert.ok(isRelayed(path));
});

natScene("one lets no UDP out: over TURN, which that one reaches by TCP", ["no-udp", "cone"], async (scene) => {
  const [adas, boriss] = await talk(scene);
  assert.equal(adas.relayProtocol, "tcp");
  assert.ok(isRelayed(boriss));
});

natScene("neither lets UDP out: over TURN, which both reach by TCP", ["no-udp", "no-udp"], async (scene) => {
  for (const { types, relayProtocol } of await talk(scene)) {
    assert.deepEqual([types[0], relayProtocol], ["relay", "tcp"]);
  }
});

natScene("handed over to another network: pictures again within three seconds", ["cone", "cone"], async (scene) => {
  await talk(scene);
  await handOver(scene, HANDOVER_MS, async ([old, other]) => {
    await old.down();
    await other.up();
  });
});

natScene("handed over where two overlap, and no event tells that one is gone", ["cone", "cone"], async (scene) => {
  await talk({ ...scene, caller: scene.boris });
  await handOver(scene, OVERLAP_MS, async ([old, other]) => {
    await other.up();
    await pause(IN_BOTH_NETWORKS_MS);
    await old.down();
  });
});

natScene("cut off for some seconds, and not told: pictures again with the voice", ["cone", "cone"], async (scene) => {
  const { ada, boris, links: [link] } = scene;
  await talk(scene);
  await link.cut();
  const since = Date.now();
  await pause(CUT_MS);
  await link.mend();
  for (const person of [ada, boris]) {
    const [sound, pictures] = [await backAfter(person, since, "soundAt"), await backAfter(person, since)];
    console.log(`cut off for ${CUT_MS} ms: sound after ${sound} ms, pictures after ${pictures} ms`);
    assert.ok(sound >= CUT_MS && pictures - sound <= PICTURES_AFTER_SOUND_MS);
  }
});

type Move = (links: NatScene["links"]) => Promise<void>;

/** Ada goes to her other network: `move` ends when she is there, and there only. Pictures come again `withinMs` of that. */
async function handOver({ ada, boris, links }: NatScene, withinMs: number, move: Move): Promise<void> {
  const before = await directPathOf(boris);
  await move(links);
  const since = Date.now();
  const times = await Promise.all([backAfter(ada, since), backAfter(boris, since)]);
  console.log(`pictures again after ${times[0]} ms at Ada, who moved, and ${times[1]} ms at Boris`);
  assert.notEqual((await pathOf(boris)).remoteAddress, before.remoteAddress, "she did move");
  for (const time of times) assert.ok(time <= withinMs, `it took ${time} ms`);
}

/** A call in which both get pictures. Prints how long that took, and gives the path as Ada and as Boris see it. */
async function talk({ ada, boris, caller = ada }: NatScene & { caller?: Person }): Promise<[Path, Path]> {
  const callee = caller === ada ? boris : ada;
  await caller.click("Video call");
  await callee.click("Accept");
  await Promise.all([ada.hears("Connected"), boris.hears("Connected")]);
  await Promise.all([ada.receives("framesDecoded"), boris.receives("framesDecoded")]);
  const paths: [Path, Path] = [await pathOf(ada), await pathOf(boris)];
  const { clickedAt } = await timelineOf(callee);
  const times = async (person: Person) => {
    const { connectedAt, framesAt } = await timelineOf(person);
    return `${connectedAt - clickedAt} and ${framesAt[0]! - clickedAt} ms`;
  };
  const said = paths.map(({ types, relayProtocol }) => types.join("/") + (relayProtocol ? ` by ${relayProtocol}` : ""));
  console.log(
    `accept to connected and to the first frame: ${await times(ada)} at Ada (${said[0]}), ` +
      `${await times(boris)} at Boris (${said[1]})`,
  );
  return paths;
}
