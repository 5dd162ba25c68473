/** Somebody at a browser, be it Chromium or Firefox: with a browser context, so with cookies, of their own. */

import type { Guest } from "./guest.ts";
import type { Browser, BrowserContext, ElementHandle, Page } from "./packages.ts";
import { canCall, named, press, said, there, until } from "./until.ts";

/** Video frames decoded, and the energy of the sound (W3C WebRTC statistics, `RTCInboundRtpStreamStats`). */
export interface Received {
  framesDecoded: number;
  audioEnergy: number;
}

/** Somebody with a page. */
export class Person implements AsyncDisposable {
  readonly page: Page;
  /** What went wrong on the page, by its console and its uncaught exceptions. */
  readonly errors: string[] = [];
  /** How often the browser asked whether a page is to be left. */
  questions = 0;
  /** What it is answered. */
  stays = false;
  readonly #context: BrowserContext;
  /** The origin of a server that was killed, or is about to be. */
  #lost: string | null = null;

  private constructor(context: BrowserContext, page: Page) {
    this.#context = context;
    this.page = page;
    page.on("dialog", (dialog) => {
      if (dialog.type() !== "beforeunload") return;
      this.questions++;
      return this.stays ? dialog.dismiss() : dialog.accept();
    });
    page.on("pageerror", (error) => this.errors.push(String(error)));
    page.on("console", (message) => {
      // The browser notes every try of a page to come back, to a server that is down or does not believe it (any more).
      if (/ERR_CONNECTION_REFUSED|\b401\b|HTTP Authentication failed/.test(message.text())) return;
      if (message.type() !== "error" && message.type() !== "warn") return;
      const { url = "" } = message.location();
      const isCutOff = /\bnet::ERR_|^WebSocket connection to /.test(message.text());
      if (isCutOff && this.#lost !== null && url.startsWith(this.#lost)) return;
      this.errors.push(url ? `${message.text()} (${url})` : message.text());
    });
  }

  /** A person with a fresh browser context; every RTCPeerConnection of their pages is kept for `mediaOf`. */
  static async enter(browser: Browser, language = "en"): Promise<Person> {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    await page.setExtraHTTPHeaders({ "accept-language": language });
    await page.setViewport({ width: 1000, height: 700 });
    await page.evaluateOnNewDocument(() => {
      const kept: RTCPeerConnection[] = [];
      const tracks: MediaStreamTrack[] = [];
      let negotiated = 0;
      Object.assign(globalThis, { keptConnections: kept, keptTracks: tracks, negotiations: () => negotiated });
      globalThis.RTCPeerConnection = class extends RTCPeerConnection {
        constructor(config?: RTCConfiguration) {
          super(config);
          kept.push(this);
          this.addEventListener("signalingstatechange", () => this.signalingState === "stable" && negotiated++);
        }
      };
      if (navigator.mediaDevices) {
        const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = async (constraints) => {
          const stream = await open(constraints);
          tracks.push(...stream.getTracks());
          return stream;
        };
        const share = navigator.mediaDevices.getDisplayMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getDisplayMedia = async (options) => {
          const stream = await share(options);
          tracks.push(...stream.getTracks());
          return stream;
        };
      }
    });
    return new Person(context, page);
  }

  /** Opens a page with somebody's session. */
  async comesAs(guest: Pick<Guest, "cookie">, url: string): Promise<void> {
    const [name, value] = guest.cookie!.split("=", 2);
    const { hostname: domain } = new URL(url);
    await this.#context.setCookie({ name: name!, value: value!, domain, path: "/", httpOnly: true, sameSite: "Lax" });
    await this.page.goto(url);
  }

  /**
   * The server of an origin is about to be killed. From now on its connections may be cut off: those with a request in flight, and those
   * made while it dies, since Linux closes the sockets of a process last opened first, so the listening one last. Under load that takes
   * a tenth of a second, and the page tries to come back meanwhile.
   */
  loses(origin: string): void {
    this.#lost = origin;
  }

  /** One more window of the same person. Not a tab: a hidden one draws nothing, and waits for that. */
  async anotherWindow(): Promise<Page> {
    return await this.#context.newPage({ type: "window" });
  }

  /** All pages of this person that are open. */
  async pages(): Promise<Page[]> {
    return await this.#context.pages();
  }

  async click(name: string): Promise<void> {
    await press(this.page, name);
  }

  async fill(name: string, text: string): Promise<void> {
    await (await there(this.page, named("textbox", name))).asLocator().fill(text);
  }

  /** Waits for something by role and accessible name, and gives it. */
  async sees(role: string, name: string, timeoutMs?: number): Promise<ElementHandle> {
    return await there(this.page, named(role, name), timeoutMs);
  }

  /** All that the page shows. */
  async text(): Promise<string> {
    return await this.page.evaluate(() => document.body.innerText);
  }

  /** Waits until the page shows a text. */
  async reads(text: string, timeoutMs?: number): Promise<void> {
    await until(
      `the page shows "${text}"`,
      () => this.page.evaluate((text) => document.body.innerText.includes(text), text),
      timeoutMs,
    );
  }

  /** Waits until this page can call: its socket is open. */
  async online(): Promise<void> {
    await canCall(this.page);
  }

  /** Waits until the live region says something that starts with `text`. */
  async hears(text: string, timeoutMs?: number): Promise<void> {
    await said(this.page, text, timeoutMs);
  }

  /** Waits until `kind` of the other person's media has visibly, or audibly, come since now. */
  async receives(kind: keyof Received, timeoutMs?: number): Promise<void> {
    const before = (await this.received())[kind];
    await until(`more ${kind}`, async () => (await this.received())[kind] > before, timeoutMs);
  }

  /** What the newest peer connection has received, by its own statistics. */
  async received(): Promise<Received> {
    return await this.page.evaluate(async () => {
      const { keptConnections } = globalThis as unknown as { keptConnections: RTCPeerConnection[] };
      const found = { framesDecoded: 0, audioEnergy: 0 };
      for (const report of (await keptConnections.at(-1)!.getStats()).values()) {
        if (report.type !== "inbound-rtp") continue;
        found.framesDecoded += report.framesDecoded ?? 0;
        found.audioEnergy += report.totalAudioEnergy ?? 0;
      }
      return found;
    });
  }

  /** How wide the pictures of the camera are that the newest peer connection sends, and how much it means to send, in kbit/s. */
  async sent(): Promise<{ width: number; kbps: number }> {
    return await this.page.evaluate(async () => {
      const { keptConnections } = globalThis as unknown as { keptConnections: RTCPeerConnection[] };
      const reports = [...(await keptConnections.at(-1)!.getStats()).values()];
      const { frameWidth, targetBitrate } = reports.find(({ type, kind }) =>
        type === "outbound-rtp" && kind === "video"
      );
      if (!(frameWidth > 0 && targetBitrate > 0)) throw new Error("No picture was sent");
      return { width: frameWidth, kbps: targetBitrate / 1000 };
    });
  }

  /** Gives the pages of an origin the camera and the microphone, where a browser was launched to ask. */
  async grant(origin: string): Promise<void> {
    await this.#context.overridePermissions(origin, ["camera", "microphone"]);
  }

  /** Takes a device away from the pages of an origin. */
  async deny(origin: string, name: "camera" | "microphone"): Promise<void> {
    await this.set(origin, name, "denied");
  }

  /** What the pages of an origin may do; their `PermissionStatus` changes with it. */
  async set(
    origin: string,
    name: "camera" | "microphone" | "notifications",
    state: "granted" | "prompt" | "denied",
  ): Promise<void> {
    await this.#context.setPermission(origin, { permission: { name }, state });
  }

  /** How many exchanges of an offer and an answer the page has completed since it was loaded. */
  async negotiations(): Promise<number> {
    return await this.page.evaluate(() => (globalThis as unknown as { negotiations(): number }).negotiations());
  }

  /** How many peer connections the page has made since it was loaded. */
  async connectionsMade(): Promise<number> {
    return await this.page.evaluate(() =>
      (globalThis as unknown as { keptConnections: RTCPeerConnection[] }).keptConnections.length
    );
  }

  /** What is still open on the page: peer connections that are not closed, and device tracks that are live. */
  async open(): Promise<{ connections: number; tracks: number }> {
    return await this.page.evaluate(() => {
      const { keptConnections, keptTracks } = globalThis as unknown as {
        keptConnections: RTCPeerConnection[];
        keptTracks: MediaStreamTrack[];
      };
      return {
        connections: keptConnections.filter((pc) => pc.signalingState !== "closed").length,
        tracks: keptTracks.filter((track) => track.readyState === "live").length,
      };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#context.close();
  }
}
