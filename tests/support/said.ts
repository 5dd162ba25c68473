/** What a page has said of a call, and when. */

import type { Person } from "./person.ts";
import { until } from "./until.ts";

/** What a page's live region said, and when, by the clock that all pages on this machine share, in ms. */
type Said = [text: string, at: number][];

/** Has a page note what its live region says from now on. */
export async function note({ page }: Person): Promise<void> {
  await page.evaluate(() => {
    const said: Said = [];
    Object.assign(globalThis, { said });
    new MutationObserver(() => {
      const text = document.querySelector('[role="status"]')?.textContent ?? "";
      if (text !== said.at(-1)?.[0]) said.push([text, Date.now()]);
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
}

/** When a page's live region said, or says, something that starts with `text`, later than `after`. In ms since 1970, as that is. */
export async function saidAt({ page }: Person, text: string, after = 0): Promise<number> {
  return await until(`"${text}" is said`, async () => {
    const said = await page.evaluate(() => (globalThis as unknown as { said: Said }).said);
    return said.find(([one, at]) => at > after && one.startsWith(text))?.[1];
  });
}

/** How long the other side sees "Reconnecting…" before the call ends, in ms. */
export async function waits(other: Person): Promise<number> {
  const from = await saidAt(other, "Reconnecting…");
  return await saidAt(other, "Call ended") - from;
}
