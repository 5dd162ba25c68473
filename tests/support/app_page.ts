/** The phone's app in a browser: its web build, as `deno task mobile` makes it, on the product's own origin. */

import type { Page } from "./packages.ts";

const BUILT = new URL("../../mobile/dist/", import.meta.url);

const TYPES: Readonly<Record<string, string>> = { html: "text/html; charset=utf-8", js: "text/javascript" };

/** Whether it was built. */
export const hasAppPage = (() => {
  try {
    return Deno.statSync(new URL("index.html", BUILT)).isFile;
  } catch {
    return false;
  }
})();

/** Opens the app: its files are its build's, and everything else is the server's at `url`, which would serve them for real. */
export async function openApp(page: Page, url: string): Promise<void> {
  await page.setViewport({ width: 390, height: 844, isMobile: true, hasTouch: true, deviceScaleFactor: 2 });
  await page.setRequestInterception(true);
  page.on("request", async (request) => {
    const { pathname } = new URL(request.url());
    const file = pathname === "/" ? "index.html" : /^\/(_expo\/|favicon)/.test(pathname) ? pathname.slice(1) : null;
    if (file === null) return await request.continue();
    const contentType = TYPES[file.split(".").at(-1)!] ?? "image/x-icon";
    await request.respond({ status: 200, contentType, body: await Deno.readFile(new URL(file, BUILT)) });
  });
  await page.goto(url);
}
