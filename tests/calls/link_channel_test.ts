/**
 * A feature beside voice and pictures, over `Link.channel`, in a real Chromium: its pages are somebody else's, made of the call client, and
 * nothing of it is shipped to users.
 */

import assert from "node:assert/strict";
import type { Channel } from "../../shared/client/call/channel.ts";
import { launch } from "../support/chromium.ts";
import { Person } from "../support/person.ts";
import { type OtherOrigin, otherOrigin } from "../support/other_origin.ts";
import type { Left } from "../support/other_origin_page.ts";
import { build, type Product, startProduct } from "../support/product.ts";
import { canCall, until } from "../support/until.ts";
import { HOST_SECRET } from "../support/wire.ts";

interface Scene {
  readonly product: Product;
  readonly site: OtherOrigin;
  readonly ada: Person;
  readonly boris: Person;
}

function scene(name: string, run: (scene: Scene) => Promise<void>): void {
  Deno.test(`link: ${name}`, async () => {
    await build();
    await using stack = new AsyncDisposableStack();
    const product = stack.use(await startProduct({ JWT_SECRET: HOST_SECRET, GUESTS: "off" }));
    const site = stack.use(await otherOrigin(product.url));
    const browser = stack.use(await launch());
    const [ada, boris] = [stack.use(await Person.enter(browser)), stack.use(await Person.enter(browser))];
    await run({ product, site, ada, boris });
    assert.deepEqual([...ada.errors, ...boris.errors], []);
  });
}

/** What the feature notes, over all pages of a tab. */
type Row = "pages" | "sent" | "got";

interface Chatty extends Left {
  /** Has it fall silent. */
  hush(): void;
}

/** In each page of a tab: as soon as there is a call, sends numbered messages without end, and notes what it sends and gets. */
function chatter(name: string): void {
  const note = (row: Row, text: string): number => {
    const kept = [...JSON.parse(localStorage.getItem(row) ?? "[]"), text];
    localStorage.setItem(row, JSON.stringify(kept));
    return kept.length;
  };
  if (location.origin === "null") return;
  const page = `${name} ${note("pages", name)}`;
  let count = 0;
  let isQuiet = false;
  Object.assign(globalThis, { hush: () => isQuiet = true });
  const look = setInterval(() => {
    const channel = (globalThis as unknown as Partial<Left>).channel?.("test");
    if (!channel) return;
    clearInterval(look);
    channel.onMessage = (text) => note("got", text);
    setInterval(() => {
      if (isQuiet) return;
      const text = `${page}, ${count++}`;
      note("sent", text);
      const sent = channel.send(text);
      if (sent !== "queued") console.error(`${text}: ${sent}`);
    }, 20);
  }, 20);
}

async function noted({ page }: Person, row: Row, of = ""): Promise<string[]> {
  const texts: string[] = await page.evaluate((row) => JSON.parse(localStorage.getItem(row) ?? "[]"), row);
  return texts.filter((text) => text.startsWith(of));
}

/** Waits until each has a good deal more of what the newest page of the other has sent since now. */
async function goesOn(...people: readonly [Person, Person]): Promise<void> {
  const [one, other] = people;
  await Promise.all(([[one, other], [other, one]] as const).map(async ([from, to]) => {
    const page = (await noted(from, "pages")).length;
    const ofPage = async () => (await noted(to, "got")).filter((text) => text.includes(` ${page}, `)).length;
    const before = await ofPage();
    await until(`more of page ${page}`, async () => await ofPage() >= before + 10, 30_000);
  }));
}

/** Has a page fall silent, and waits until all that it ever sent is at the other side, in order and once. */
async function ends(from: Person, to: Person, page: string): Promise<void> {
  await from.page.evaluate(() => (globalThis as unknown as Chatty).hush());
  const sent = await noted(from, "sent", page);
  assert.ok(sent.length >= 10, `${sent.length} messages`);
  await until(`all of ${page}`, async () => (await noted(to, "got", page)).length >= sent.length);
  assert.deepEqual(await noted(to, "got", page), sent);
}

async function act(person: Person, action: "call" | "accept"): Promise<void> {
  await person.page.evaluate((action) => {
    const { client } = globalThis as unknown as Left;
    if (action === "call") client.call("elsewhere", "audio");
    else client.accept("audio");
  }, action);
}

async function isIn(person: Person, phase: string): Promise<void> {
  const look = (phase: string) => (globalThis as unknown as Left).client.snapshot.call.phase === phase;
  await until(`the call is ${phase}`, () => person.page.evaluate(look, phase), 20_000);
}

/** Waits until two members are there for the client in a page. */
async function sees(person: Person): Promise<void> {
  const look = () => {
    const { snapshot } = (globalThis as unknown as Left).client;
    return snapshot.signaling === "open" && snapshot.members.elsewhere?.filter(({ online }) => online).length === 2;
  };
  await until("both are there", () => person.page.evaluate(look), 20_000);
}

/** What the newest peer connection of a page agreed on. */
async function agreed({ page }: Person): Promise<string> {
  return await page.evaluate(() =>
    (globalThis as unknown as { keptConnections: RTCPeerConnection[] }).keptConnections.at(-1)!
      .currentLocalDescription!.sdp
  );
}

const ufragOf = (sdp: string) => /^a=ice-ufrag:(.*)$/m.exec(sdp)![1];

scene(
  "messages arrive in order and once, over an ICE restart, a killed server and a reload of either page",
  async (stage) => {
    const { product, site, ada, boris } = stage;
    for (const [name, { page }] of Object.entries({ ada, boris })) {
      await page.evaluateOnNewDocument(chatter, name);
      await page.goto(site.page(name));
    }
    await Promise.all([sees(ada), sees(boris)]);
    await act(ada, "call");
    await isIn(boris, "incoming");
    await act(boris, "accept");
    await Promise.all([isIn(ada, "connected"), isIn(boris, "connected")]);
    await goesOn(ada, boris);

    const before = ufragOf(await agreed(ada));
    await ada.page.evaluate(() => dispatchEvent(new Event("online")));
    await until("ICE was restarted", async () => ufragOf(await agreed(ada)) !== before);
    await goesOn(ada, boris);

    await product.crash();
    await goesOn(ada, boris);
    await Promise.all([sees(ada), sees(boris)]);

    await boris.page.reload();
    await goesOn(ada, boris);
    await ends(ada, boris, "ada 1");
    const ofFirst = await noted(ada, "got", "boris 1");
    assert.deepEqual(ofFirst, (await noted(boris, "sent", "boris 1")).slice(0, ofFirst.length));

    await ada.page.reload();
    await goesOn(ada, boris);
    await Promise.all([ends(boris, ada, "boris 2"), ends(ada, boris, "ada 2")]);
    for (const person of [ada, boris]) await person.receives("audioEnergy");
    assert.deepEqual([(await ada.open()).connections, (await boris.open()).connections], [1, 1]);
  },
);

scene(
  "who asks for a channel that the other side's page does not know waits, and is told when no more is kept",
  async (stage) => {
    const { site, ada, boris } = stage;
    await boris.page.goto(site.entry("boris"));
    await canCall(boris.page);
    await ada.page.goto(site.page("ada"));
    await sees(ada);
    await act(ada, "call");
    await boris.click("Accept");
    await isIn(ada, "connected");
    const sent = await ada.page.evaluate(() => {
      const channel = (globalThis as unknown as Left).channel("test")!;
      Object.assign(globalThis, { asked: channel });
      const sent = Array.from({ length: 33 }, () => channel.send("x".repeat(8_192)));
      return [...new Set([...sent, channel.send("x".repeat(8_193)), channel.state])];
    });
    assert.deepEqual(sent, ["queued", "full", "too-long", "waiting"]);
    assert.match(await agreed(ada), /^m=application [1-9]/m, "quality reports brought the section along");
    for (const person of [ada, boris]) await person.receives("audioEnergy");
    const state = await ada.page.evaluate(async () => {
      const { client, channel: ask, asked: channel } = globalThis as unknown as Left & { readonly asked: Channel };
      const before = channel.state;
      const isTold = new Promise<string>((resolve) => channel.onState = () => resolve(channel.state));
      client.hangUp();
      return [before, await isTold, channel.send("x"), ask("test")];
    });
    assert.deepEqual(state, ["waiting", "closed", "closed", null]);
  },
);
