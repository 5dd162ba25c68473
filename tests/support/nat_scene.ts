/** A scene with a network between its people: the product and a coturn on the internet, Ada and Boris each behind a router. */

import { launchWithin } from "./chromium.ts";
import { Person } from "./person.ts";
import { isCommand } from "./commands.ts";
import { Coturn } from "./coturn.ts";
import { type Link, type Nat, Network, PUBLIC_ADDRESS, whyNoNetwork } from "./network.ts";
import { build, startProduct } from "./product.ts";
import { meet } from "./scene.ts";
import { probe } from "./media_probe.ts";

const ORIGIN = `http://${PUBLIC_ADDRESS}:8000`;
const TURN_PORT = 3478;
const TURN_SECRET = "only for tests, but long";

/** What the product is told of where it is, and of the coturn beside it. */
const ENVIRONMENT = {
  HOST: PUBLIC_ADDRESS,
  PORT: "8000",
  STUN_URLS: `stun:${PUBLIC_ADDRESS}:${TURN_PORT}`,
  TURN_URLS: ["udp", "tcp"].map((transport) => `turn:${PUBLIC_ADDRESS}:${TURN_PORT}?transport=${transport}`).join(),
  TURN_SECRET,
};

/** Two people who met in a chat. */
export interface NatScene {
  readonly ada: Person;
  readonly boris: Person;
  /** Ada's network, and another one that she is not in yet. Both are behind routers of the same kind. */
  readonly links: readonly [Link, Link];
}

const missing = ["ip", "tc", "nft", "turnserver"].find((name) => !isCommand(name));
const whyNot = missing === undefined ? await whyNoNetwork() : `${missing} is not installed`;
/** Who relies on a run must not be given less than all of it. */
const isCi = Deno.env.has("CI");
if (whyNot !== null && !isCi) console.log(`Calls through NATs are left out: ${whyNot}`);

let built: Promise<void> | null = null;

/** A test with a network of its own: Ada's router, and Boris's. Left out where there can be no such network, but for CI, where it fails. */
export function natScene(name: string, nats: readonly [Nat, Nat], run: (scene: NatScene) => Promise<void>): void {
  Deno.test({ name: `nat: ${name}`, ignore: whyNot !== null && !isCi }, async () => {
    if (whyNot !== null) throw new Error(whyNot);
    await (built ??= build());
    await using stack = new AsyncDisposableStack();
    const network = stack.use(new Network());
    const { within } = await network.internet();
    const [adas, boriss] = [await network.device(), await network.device()];
    const links = [
      await network.attach(adas, await network.router(nats[0])),
      await network.attach(adas, await network.router(nats[0]), "down"),
    ] as const;
    await network.attach(boriss, await network.router(nats[1]));
    stack.use(
      await Coturn.start({ address: PUBLIC_ADDRESS, port: TURN_PORT, access: { secret: TURN_SECRET }, within }),
    );
    stack.use(await startProduct(ENVIRONMENT, within));
    const enter = async (device: { within: string[] }) => {
      const person = stack.use(await Person.enter(stack.use(await launchWithin(device.within, ORIGIN))));
      await probe(person);
      return person;
    };
    const [ada, boris] = [await enter(adas), await enter(boriss)];
    await meet(ORIGIN, ada, boris);
    await run({ ada, boris, links });
  });
}
