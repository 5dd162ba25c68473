/** A real Chromium with fake devices. */

import "./suppressed.ts";
import { firstFile } from "./commands.ts";
import { type Browser, puppeteer } from "./packages.ts";

/** Where a Chromium or Chrome is; `null` where none was found. */
export function findChromium(): string | null {
  return firstFile(Deno.env.get("CHROME_PATH"), [
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/usr/bin/google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  ]);
}

/** Devices that exist and are granted; `deny` refuses them, `none` has none, `ask` leaves it to `Person.grant`. */
export type FakeDevices = "grant" | "deny" | "none" | "ask";

/** A browser, with `more` switches; `await using` closes it. */
export function launch(devices: FakeDevices = "grant", ...more: string[]): Promise<Browser & AsyncDisposable> {
  return launchBy(chromium(), devices, ...more);
}

/**
 * The same, run by the command `within`, such as `ip netns exec …`, on a page whose plain http is as good as https, or on several with
 * commas between them. By a script in between: the driver runs one program, without arguments of its own.
 */
export async function launchWithin(
  within: string[],
  origin: string,
  ...more: string[]
): Promise<Browser & AsyncDisposable> {
  const script = await Deno.makeTempFile({ prefix: "zvonok-chromium-" });
  await Deno.writeTextFile(script, `#!/bin/sh\nexec ${within.join(" ")} "${chromium()}" "$@"\n`);
  await Deno.chmod(script, 0o700);
  try {
    return await launchBy(script, "grant", `--unsafely-treat-insecure-origin-as-secure=${origin}`, ...more);
  } finally {
    await Deno.remove(script);
  }
}

function chromium(): string {
  const path = findChromium();
  if (path === null) throw new Error("No Chromium found: install it, or set CHROME_PATH");
  return path;
}

async function launchBy(
  executablePath: string,
  devices: FakeDevices,
  ...more: string[]
): Promise<Browser & AsyncDisposable> {
  return await puppeteer.launch({
    executablePath,
    headless: true,
    // With a socket for transport a killed test would leave its browser behind.
    pipe: true,
    args: [
      "--no-sandbox",
      "--autoplay-policy=no-user-gesture-required",
      "--allow-loopback-in-peer-connection",
      "--disable-background-networking",
      devices === "none" ? "--use-fake-device-for-media-stream=device-count=0" : "--use-fake-device-for-media-stream",
      ...devices === "ask" ? [] : [`--use-fake-ui-for-media-stream${devices === "deny" ? "=deny" : ""}`],
      ...more,
    ],
  });
}
