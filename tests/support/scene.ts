/** A scene: the product in a process of its own, a browser, and Ada and Boris, members of one chat. */

import { build, type Product, startProduct } from "./product.ts";
import { type FakeDevices, launch } from "./chromium.ts";
import { Person } from "./person.ts";
import { Guest } from "./guest.ts";
import type { ElementHandle } from "./packages.ts";

export interface Scene {
  readonly product: Product;
  readonly ada: Person;
  readonly boris: Person;
  /** The chat page's URL. */
  readonly chat: string;
}

export interface SceneOptions {
  env?: Record<string, string>;
  /** Ada's devices; with others than `grant` she has a browser of her own. */
  adasDevices?: FakeDevices;
  /** The browser's devices; with `ask` both have granted them. */
  devices?: FakeDevices;
  /** More of the browser's switches. */
  switches?: readonly string[];
  /** Makes their pages ready before they come to the chat. */
  prepare?(stage: Omit<Scene, "chat">): Promise<void>;
  /** They come in through the lobby and its forms. */
  byHand?: boolean;
}

let built: Promise<void> | null = null;

/** A test with a scene of its own. Build the product once, for all of them. */
export function scene(name: string, run: (scene: Scene) => Promise<void>, options: SceneOptions = {}): void {
  Deno.test(`browser: ${name}`, () => play(run, options));
}

/** A scene, for a test that has a name of its own. Fails also where the pages report an error. */
export async function play(run: (scene: Scene) => Promise<void>, options: SceneOptions = {}): Promise<void> {
  const { env, adasDevices, devices, switches = [], prepare } = options;
  await (built ??= build());
  await using stack = new AsyncDisposableStack();
  const product = stack.use(await startProduct(env));
  const browser = stack.use(await launch(devices, ...switches));
  const adasBrowser = adasDevices ? stack.use(await launch(adasDevices)) : browser;
  const ada = stack.use(await Person.enter(adasBrowser));
  const boris = stack.use(await Person.enter(browser));
  stack.defer(() => {
    const errors = [ada, boris].flatMap((person) => person.errors);
    if (errors.length > 0) throw new Error(`The pages reported:\n${errors.join("\n")}`);
  });
  if (devices === "ask") { for (const person of [ada, boris]) await person.grant(product.url); }
  await prepare?.({ product, ada, boris });
  const chat = await (options.byHand ? meet : seat)(product.url, ada, boris);
  await run({ product, ada, boris, chat });
}

/** Ada and Boris find themselves on the page of their chat, with two pages less to load than by hand; gives its URL once they can call. */
export async function seat(url: string, ada: Person, boris: Person): Promise<string> {
  const [maker, joiner] = await Promise.all([Guest.named(url, "Ada"), Guest.named(url, "Boris")]);
  const id = await maker.createChat();
  await joiner.post(`/api/chats/${id}/join`);
  const chat = `${url}/chat/${id}`;
  await Promise.all([ada.comesAs(maker, chat), boris.comesAs(joiner, chat)]);
  await Promise.all([ada.online(), boris.online()]);
  return chat;
}

/** Ada starts a chat and Boris joins it, both by hand; gives its URL once they can call. */
export async function meet(url: string, ada: Person, boris: Person): Promise<string> {
  await ada.page.goto(url);
  await ada.fill("Your name", "Ada");
  await ada.click("New chat");
  await ada.sees("button", "Video call");
  const chat = ada.page.url();
  await boris.page.goto(chat);
  await boris.fill("Your name", "Boris");
  await boris.click("Join chat");
  await boris.sees("button", "Video call");
  await Promise.all([ada.online(), boris.online()]);
  return chat;
}

/** From a video call's first click until both hear each other's "Connected". */
export async function connect({ ada, boris }: Scene, how: "Video call" | "Audio call" = "Video call"): Promise<void> {
  await ada.click(how);
  await boris.click("Accept");
  await Promise.all([ada.hears("Connected"), boris.hears("Connected")]);
}

/** Kills the server without a word, and starts it again, under the eyes of these people. */
export async function crash(product: Product, ...people: Person[]): Promise<void> {
  for (const person of people) person.loses(product.url);
  await product.crash();
}

/** Time for each page to hear when it is, in ms. */
export const SOON_MS = 250;

/**
 * All press a button in the same moment, by the clock that their pages share: a call rings before the pointer of a second person, moved by
 * the driver, has come to it, and one that rings is over the buttons of the page.
 */
export async function pressAtOnce(name: string, ...people: Person[]): Promise<void> {
  const buttons = await Promise.all(people.map((person) => person.sees("button", name)));
  const at = Date.now() + SOON_MS;
  await Promise.all(buttons.map((button) => pressWhen(at, button)));
}

/** Presses a button at a time, in ms since 1970. */
export async function pressWhen(at: number, button: ElementHandle): Promise<void> {
  const press = (element: Element, at: number) =>
    new Promise<void>((resolve) =>
      setTimeout(() => {
        (element as HTMLElement).click();
        resolve();
      }, at - Date.now())
    );
  await button.evaluate(press, at);
}
