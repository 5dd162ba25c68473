/** Calls of two people who are far apart: through NATs, firewalls and changes of network, in real Chromium over a real coturn. */

import assert from "node:assert/strict";
import type { Person } from "./support/chromium.ts";
import { type FarApart, farApart } from "./support/far_apart.ts";
import { isRelayed, noticedBy, type Path, pathOf } from "./support/witness.ts";

farApart("both behind cone NATs: straight from one to the other", ["cone", "cone"], async (scene) => {
  for (const path of await talk(scene)) {
    assert.ok(!isRelayed(path));
    for (const type of path.types) assert.ok(type === "srflx" || type === "prflx", "through the translated addresses");
  }
});

farApart("both behind symmetric NATs: over TURN", ["symmetric", "symmetric"], async (scene) => {
  for (const path of await talk(scene)) assert.ok(isRelayed(path));
});

farApart("one lets no UDP out: over TURN, which that one reaches by TCP", ["no-udp", "cone"], async (scene) => {
  const [adas, boriss] = await talk(scene);
  assert.equal(adas.relayProtocol, "tcp");
  assert.ok(isRelayed(boriss));
});

farApart("neither lets UDP out: over TURN, which both reach by TCP", ["no-udp", "no-udp"], async (scene) => {
  for (const path of await talk(scene)) assert.deepEqual([path.types, path.relayProtocol], [["relay", "relay"], "tcp"]);
});

/** A call in which both get pictures. Prints how long that took, and gives the path as Ada and as Boris see it. */
async function talk({ ada, boris }: FarApart): Promise<[Path, Path]> {
  await ada.click("Video call");
  await boris.click("Accept");
  await Promise.all([ada.hears("Connected"), boris.hears("Connected")]);
  await Promise.all([ada.receives("framesDecoded"), boris.receives("framesDecoded")]);
  const paths: [Path, Path] = [await pathOf(ada), await pathOf(boris)];
  const { clickedAt } = await noticedBy(boris);
  const times = async (person: Person) => {
    const { connectedAt, framesAt } = await noticedBy(person);
    return `${connectedAt - clickedAt} and ${framesAt[0]! - clickedAt} ms`;
  };
  const said = paths.map(({ types, relayProtocol }) => types.join("/") + (relayProtocol ? ` by ${relayProtocol}` : ""));
  console.log(
    `accept to connected and to the first frame: ${await times(ada)} at Ada (${said[0]}), ` +
      `${await times(boris)} at Boris (${said[1]})`,
  );
  return paths;
}
