/**
 * Waiting. Not by puppeteer's `waitFor…`: those look from inside the page, where one look that throws, or a change during the very first
 * look, leaves them waiting for good.
 */

import type { ElementHandle, Frame, Page } from "./packages.ts";

const PAUSE_MS = 50;

/**
 * How long a busy machine may take for something that has no time of its own, in ms. No bound on the product: where its time is the matter,
 * a test says how much, or measures.
 */
const PATIENCE_MS = 30_000;

/** What a look may have found. */
type Something<Found> = Exclude<Found, null | undefined | false | 0 | "">;

/**
 * Looks again and again until there is something, and gives it. A look that throws finds nothing: a page may be about to go. After
 * `timeoutMs` that is an error, which says what was waited for, and what a look threw last.
 */
export async function until<Found>(
  what: string,
  look: () => Promise<Found>,
  timeoutMs = PATIENCE_MS,
): Promise<Something<Found>> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    let cause: unknown;
    const found = await look().catch((error) => void (cause = error));
    if (found) return found as Something<Found>;
    if (Date.now() > deadline) throw new Error(`Waited ${timeoutMs} ms in vain: ${what}`, { cause });
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** Selects by role and accessible name. */
export function named(role: string, name: string): string {
  return `::-p-aria([name="${name}"][role="${role}"])`;
}

/** Waits for an element. */
export async function there(page: Page | Frame, selector: string, timeoutMs?: number): Promise<ElementHandle> {
  return await until(`${selector} is there`, () => page.$(selector), timeoutMs);
}

/** Waits until no such element is to be seen. */
export async function gone(page: Page | Frame, selector: string): Promise<void> {
  await until(`${selector} is gone`, async () => {
    for (const element of await page.$$(selector)) if (await element.isVisible()) return false;
    return true;
  });
}

/** Waits until a chat page can call, in whichever language: its socket is open. */
export async function canCall(page: Page | Frame): Promise<void> {
  await until("the chat page can call", () => page.$(".call-buttons button:enabled"));
}

/** Waits until a live region says something that starts with `text`. */
export async function said(page: Page | Frame, text: string, timeoutMs?: number): Promise<void> {
  const isSaid = (text: string) =>
    [...document.querySelectorAll('[role="status"]')].some((node) => node.textContent?.startsWith(text));
  await until(`"${text}" is said`, () => page.evaluate(isSaid, text), timeoutMs);
}

/** Clicks a button once it is there, is enabled and stands still. */
export async function press(page: Page | Frame, name: string): Promise<void> {
  await pressAt(page, named("button", name));
}

/**
 * Clicks an element once it is there, is enabled and stands still. It is looked up every time: what a page draws anew in between is
 * another element, and puppeteer's locators wait for the one that is gone. A modal dialog is looked through first: the rest of the page is
 * not in the accessibility tree then, and Firefox waits for each element of it, a tenth of a second, before it goes on to the next.
 */
export async function pressAt(page: Page | Frame, selector: string): Promise<void> {
  await until(`${selector} is pressed`, async () => {
    const dialog = await page.$("dialog:modal");
    const element = await dialog?.$(selector) ?? await page.$(selector);
    const isReady = await element?.evaluate(async (element, pauseMs) => {
      const place = () => JSON.stringify(element.getBoundingClientRect());
      const before = place();
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      return !element.matches(":disabled") && place() === before;
    }, PAUSE_MS);
    if (isReady) await element!.click();
    return isReady;
  });
}
