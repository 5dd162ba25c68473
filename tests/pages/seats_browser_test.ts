/** Seats as people take and give them: a double tap, a browser without cookies, a seat that is freed, a second device, a way out. */

import assert from "node:assert/strict";
import { launch } from "../support/chromium.ts";
import { Person } from "../support/person.ts";
import { connect, scene } from "../support/scene.ts";
import { canCall, named, press, pressAt, there, until } from "../support/until.ts";

/** Somebody else's fresh browser. */
async function another(stack: AsyncDisposableStack): Promise<Person> {
  return stack.use(await Person.enter(stack.use(await launch())));
}

scene("a double tap on Join chat takes one seat, and the call rings there", async ({ ada, product }) => {
  await using stack = new AsyncDisposableStack();
  const cat = await another(stack);
  await ada.page.goto(product.url);
  await ada.fill("Your name", "Ada");
  await ada.click("New chat");
  await ada.sees("button", "Video call");
  const chat = ada.page.url();
  await cat.page.goto(chat);
  await cat.fill("Your name", "Cat");
  const button = await cat.sees("button", "Join chat");
  // Two forms go out before either answer is there, and the second navigation throws the first one's answer away.
  await button.evaluate((button) => {
    const form = (button as HTMLButtonElement).form!;
    form.requestSubmit();
    form.requestSubmit();
  });
  await canCall(cat.page);
  await ada.reads("Cat");
  assert.equal((await ada.page.$$(".person-name")).length, 2);
  await ada.online();
  await ada.click("Audio call");
  await cat.sees("button", "Accept");
});

scene("a browser that keeps no cookies is told what to do, and the seat stays free", async ({ ada, product }) => {
  await using stack = new AsyncDisposableStack();
  const [blocked, cat] = [await another(stack), await another(stack)];
  await ada.page.goto(product.url);
  await ada.fill("Your name", "Ada");
  await ada.click("New chat");
  await ada.sees("button", "Video call");
  const chat = ada.page.url();
  await blocked.page.goto(chat);
  // As where cookies are blocked: what a page sets is gone with the next request.
  await blocked.page.browserContext().deleteCookie(...await blocked.page.browserContext().cookies());
  await blocked.fill("Your name", "Blocked");
  await blocked.click("Join chat");
  await blocked.sees("heading", "This browser keeps no cookies");
  await blocked.sees("link", "Try again");
  blocked.errors.length = 0;
  await cat.page.goto(chat);
  await cat.fill("Your name", "Cat");
  await cat.click("Join chat");
  await canCall(cat.page);
});

scene("who made the chat frees a seat in the middle of a call: it ends, and somebody else joins", async (stage) => {
  const { ada, boris, chat } = stage;
  await using stack = new AsyncDisposableStack();
  await connect(stage, "Audio call");
  const window = await ada.anotherWindow();
  await window.goto(chat);
  await pressAt(window, "details.seat > summary");
  await press(window, "Free the seat");
  await Promise.all([ada.hears("Call ended"), boris.hears("Call ended. You are not in this chat any more.")]);
  await boris.sees("heading", "You are not in this chat any more");
  assert.equal(await boris.page.$(named("button", "Video call")), null);
  await canCall(window);
  await until("his seat is free", async () => (await window.$$(".person-name")).length === 1);
  // The link works once more, for somebody else and not for both.
  const cat = await another(stack);
  await cat.page.goto(chat);
  await cat.fill("Your name", "Cat");
  await cat.click("Join chat");
  await canCall(cat.page);
  await pressAt(boris.page, named("link", "Join again"));
  await boris.click("Join chat");
  await boris.sees("heading", "Access denied");
  boris.errors.length = 0;
});

scene(
  "who is put out between calls is told at once, and joins again while the seat is free",
  async ({ ada, boris }) => {
    await pressAt(ada.page, "details.seat > summary");
    await press(ada.page, "Free the seat");
    const notice = await there(boris.page, '[role="alert"]');
    assert.match(await notice.evaluate(({ textContent }) => textContent!), /your seat was freed/);
    await boris.sees("heading", "You are not in this chat any more");
    await pressAt(boris.page, named("link", "Join again"));
    await boris.click("Join chat");
    await canCall(boris.page);
    await ada.reads("Boris");
  },
);

scene("a second device: its link asks first, then the call rings on both as one person's", async (stage) => {
  const { ada, boris, chat } = stage;
  await using stack = new AsyncDisposableStack();
  await boris.click("Use on another device");
  const field = await boris.sees("textbox", "Link for your other device");
  const link = await field.evaluate((input) => (input as HTMLInputElement).value);
  const copy = await boris.sees("button", "Copy link");
  const withoutScript = await copy.evaluate((button) => {
    (button as HTMLElement).hidden = true;
    const { display } = getComputedStyle(button);
    (button as HTMLElement).hidden = false;
    return display;
  });
  assert.equal(withoutScript, "none", "what a script shows is hidden without it");
  await boris.click("Copy link");
  await boris.sees("button", "Copied");
  await pressAt(boris.page, named("link", "Back to the chat"));
  await boris.online();
  const phone = await another(stack);
  await phone.page.goto(link);
  await phone.sees("heading", "Use this device as well?");
  await phone.click("Use this device");
  await canCall(phone.page);
  assert.equal(phone.page.url(), chat);
  assert.equal((await phone.page.$$(".person-name")).length, 2, "no third person is there");
  await ada.click("Audio call");
  await boris.sees("button", "Accept");
  await phone.click("Accept");
  await Promise.all([ada.hears("Connected"), phone.hears("Connected")]);
  await boris.reads("It was answered on another device or in another tab.");
  await phone.receives("audioEnergy");
});

scene("a guest leaves by the chat page, and another chat by the lobby", async ({ ada, boris, chat }) => {
  await pressAt(boris.page, ".membership details.leave > summary");
  await boris.click("Leave chat");
  await boris.sees("button", "New chat");
  assert.equal(await boris.page.$(`a[href="${new URL(chat).pathname}"]`), null);
  await until("Ada sees that he is gone", async () => (await ada.page.$$(".person-name")).length === 1);
  await ada.reads("The second seat is free.");
  await boris.page.goto(chat);
  await boris.click("Join chat");
  await canCall(boris.page);
  await ada.reads("Boris");
  await boris.page.goto(new URL("/", chat).href);
  await pressAt(boris.page, ".chats details.leave > summary");
  await boris.click("Leave chat");
  await until("the list is empty", async () => await boris.page.$(".chats") === null);
  await boris.page.goto(chat);
  await boris.sees("button", "Join chat");
});
