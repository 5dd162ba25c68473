/** The window that a page is in. */

import type { Person } from "./person.ts";
import { until } from "./until.ts";

/** Hides the window of a page, or shows it: as far as the browser knows, for real. */
export async function show({ page }: Person, isShown: boolean): Promise<void> {
  const session = await page.createCDPSession();
  const { windowId } = await session.send("Browser.getWindowForTarget");
  await session.send("Browser.setWindowBounds", {
    windowId,
    bounds: { windowState: isShown ? "normal" : "minimized" },
  });
  await session.detach();
  await until("it is so", () => page.evaluate((is) => document.visibilityState === is, isShown ? "visible" : "hidden"));
}
