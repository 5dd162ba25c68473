/** A real Firefox with fake devices, driven over WebDriver BiDi. Its people are the same `Person`s as Chromium's. */

import { firstFile } from "./commands.ts";
import { type Browser, puppeteer } from "./packages.ts";

/** Where a Firefox is; `null` where none was found. */
export function findFirefox(): string | null {
  return firstFile(Deno.env.get("FIREFOX_PATH"), [
    "/usr/bin/firefox-esr",
    "/usr/bin/firefox",
    "/Applications/Firefox.app/Contents/MacOS/firefox",
    "C:\\Program Files\\Mozilla Firefox\\firefox.exe",
  ]);
}

/** One camera, one microphone with a steady tone, and nobody who would have to allow them. */
const DEVICES = {
  "media.navigator.streams.fake": true,
  "media.navigator.permission.disabled": true,
  // No sound card is needed to play, nor a click to begin.
  "media.cubeb.force_mock_context": true,
  "media.autoplay.default": 0,
  "media.autoplay.blocking_policy": 0,
};

/** On a machine without a network there is only loopback, and nobody to resolve names. */
const ADDRESSES = {
  "media.peerconnection.ice.loopback": true,
  "media.peerconnection.ice.obfuscate_host_addresses": false,
};

/** More that a browser is told at its start. */
export interface FirefoxOptions {
  readonly preferences?: Record<string, string | number | boolean>;
  /** Whether its own windows may be looked into, such as those of notifications. */
  readonly system?: boolean;
}

/** A browser; `await using` closes it. */
export async function launchFirefox(options: FirefoxOptions = {}): Promise<Browser & AsyncDisposable> {
  const path = findFirefox();
  if (path === null) throw new Error("No Firefox found: install it, or set FIREFOX_PATH");
  // Firefox listens on a socket, so a killed test would leave it behind: the kernel is asked to end it with its parent.
  const guard = firstFile(undefined, ["/usr/bin/setpriv", "/bin/setpriv"]);
  const [executablePath, ...args] = [...(guard === null ? [] : [guard, "--pdeathsig", "KILL"]), path, "--headless"]
    .concat(options.system ? ["--remote-allow-system-access"] : []);
  return await puppeteer.launch({
    browser: "firefox",
    executablePath,
    ignoreDefaultArgs: true,
    args,
    extraPrefsFirefox: { ...DEVICES, ...ADDRESSES, ...options.preferences },
  });
}
