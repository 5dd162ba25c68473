/** Calls between our page and other stacks: what they write is taken, with real media, or said to be missing. */

import assert from "node:assert/strict";
import type { Candidate } from "../../shared/protocol/candidate.ts";
import { launch } from "../support/chromium.ts";
import { Person } from "../support/person.ts";
import { ThirdPartyClient } from "../support/third_party_client.ts";
import { build, startProduct } from "../support/product.ts";
import { until } from "../support/until.ts";

/** Ada on our page, and somebody with another stack in her chat. */
function call(
  name: string,
  run: (who: { ada: Person; client: ThirdPartyClient; output(): string }) => Promise<void>,
): void {
  Deno.test(`browser: ${name}`, async () => {
    await build();
    await using stack = new AsyncDisposableStack();
    const product = stack.use(await startProduct({ SIGNAL_LOG: "debug" }));
    const browser = stack.use(await launch());
    const ada = stack.use(await Person.enter(browser));
    await ada.page.goto(product.url);
    await ada.fill("Your name", "Ada");
    await ada.click("New chat");
    await ada.sees("button", "Video call");
    const client = stack.use(await ThirdPartyClient.enter(browser, ada.page.url()));
    await ada.online();
    await run({ ada, client, output: product.output });
    assert.deepEqual(ada.errors, []);
  });
}

/** As go2rtc writes them. */
const nowhere = ({ candidate }: Candidate): Candidate => ({ candidate });
/** As pion did before 2025. */
const unnamed = (init: Candidate): Candidate => ({ ...init, sdpMid: "", usernameFragment: null });

const WITHOUT: Record<string, RegExp> = {
  "BUNDLE": /a=(group:BUNDLE .*|bundle-only)\r\n/g,
  "BUNDLE and mid": /a=(group:BUNDLE .*|bundle-only|mid:.*|extmap:\d+ urn:ietf:params:rtp-hdrext:sdes:mid)\r\n/g,
};
const without = (lines: RegExp) => ({ sdp: (sdp: string) => sdp.replaceAll(lines, "") });

for (const [what, lines] of Object.entries(WITHOUT)) {
  for (const media of [["audio"], ["audio", "video"]] as ("audio" | "video")[][]) {
    call(`an offer of ${media.join(" and ")} without ${what} is answered, and media flows both ways`, async (who) => {
      const { ada, client } = who;
      await client.call(media, without(lines));
      await ada.click("Accept");
      await client.answered();
      await ada.hears("Connected");
      await ada.receives(media.length === 1 ? "audioEnergy" : "framesDecoded");
      await client.receives(media);
    });
  }

  call(`an answer of audio without ${what} is taken, and media flows both ways`, async ({ ada, client }) => {
    await ada.click("Audio call");
    await client.answer(without(lines));
    await ada.hears("Connected");
    await ada.receives("audioEnergy");
    await client.receives(["audio"]);
  });
}

call("an answer without BUNDLE that refuses the video is taken", async ({ ada, client }) => {
  await ada.click("Video call");
  await client.answer({
    sdp: (sdp) => {
      const bare = sdp.replaceAll(WITHOUT["BUNDLE and mid"]!, "");
      return bare.replace(/m=video \d+/, "m=video 0").replace(/(m=video[^]*)a=sendrecv/, "$1a=inactive");
    },
    candidate: (init) => init,
  });
  await ada.hears("Connected");
  await ada.receives("audioEnergy");
});

call("candidates that name no section are those of the first, where the server says so", async ({ ada, client }) => {
  await ada.click("Video call");
  await client.answer({ candidate: nowhere });
  await ada.hears("Connected");
  await ada.receives("framesDecoded");
});

call("candidates with an empty mid, and those of an older server that passes all on, are taken too", async (who) => {
  const { ada, client } = who;
  // An older server forwarded them as they came.
  await ada.page.evaluate(() => {
    const set = Object.getOwnPropertyDescriptor(WebSocket.prototype, "onmessage")!.set!;
    Object.defineProperty(WebSocket.prototype, "onmessage", {
      set(listener: (event: { data: string }) => void) {
        set.call(this, ({ data }: MessageEvent) => {
          const message = JSON.parse(data);
          if (message.candidate) delete message.candidate.sdpMLineIndex;
          listener({ data: JSON.stringify(message) });
        });
      },
    });
  });
  await ada.page.evaluate(() => globalThis.dispatchEvent(new Event("online")));
  await ada.online();
  await ada.click("Video call");
  await client.answer({ candidate: unnamed });
  await ada.hears("Connected");
  await ada.receives("framesDecoded");
});

call("a candidate that the browser does not take is counted: in the receipt, and in the debug log", async (who) => {
  const { ada, client, output } = who;
  await ada.click("Audio call");
  let count = 0;
  await client.answer({ candidate: (init) => ({ ...init, sdpMid: count++ === 0 ? "no-such-section" : "0" }) });
  await ada.hears("Connected");
  await ada.click("Hang up");
  const log = 'candidates-dropped count="1" why="not taken by the browser"';
  await until("the log", () => Promise.resolve(output().includes(log)));
});

/** As in aiortc 1.4: one header extension id means two things within the bundle, which Chromium does not take. */
const TWO_MEANINGS = {
  sdp: (sdp: string) => {
    const id = /a=extmap:(\d+) urn:ietf:params:rtp-hdrext:ssrc-audio-level/.exec(sdp)![1];
    return sdp.replace(/a=extmap:\d+ urn:3gpp:video-orientation/, `a=extmap:${id} urn:3gpp:video-orientation`);
  },
};
/** The fingerprint of another certificate. */
const ANOTHERS = {
  sdp: (sdp: string) =>
    sdp.replaceAll(/(a=fingerprint:sha-256 )(..)/g, (_, name, byte) => name + (byte === "00" ? "01" : "00")),
};
const NO_AGREEMENT = "did not agree on how to talk";

call(
  "an offer that the callee's browser does not take: both sides are told so, and nobody of networks or a decline",
  async (who) => {
    const { ada, client, output } = who;
    await client.call(["audio", "video"], TWO_MEANINGS);
    await ada.reads(NO_AGREEMENT);
    assert.equal((await client.wire.reaches("call:end")).reason, "incompatible");
    await until("the log", () => Promise.resolve(/"call:end" reason="incompatible"/.test(output())));
    assert.doesNotMatch(output(), /v=0|a=extmap|fingerprint/);
    assert.deepEqual(await ada.open(), { connections: 0, tracks: 0 });
  },
);

call("an answer that the caller's browser does not take: both sides are told so", async ({ ada, client }) => {
  await ada.click("Video call");
  await client.answer(TWO_MEANINGS);
  await ada.hears("Call ended. Your browser and");
  await ada.reads(NO_AGREEMENT);
  assert.equal((await client.wire.reaches("call:end")).reason, "incompatible");
  assert.deepEqual(await ada.open(), { connections: 0, tracks: 0 });
});

call("a connection whose encryption does not come about is told apart from a network without a path", async (who) => {
  const { ada, client } = who;
  await ada.click("Audio call");
  await client.answer(ANOTHERS);
  await ada.hears("Call ended. The encrypted connection to", 40_000);
  await ada.sees("link", "Find out why");
  assert.equal((await client.wire.reaches("call:end")).reason, "security-error");
});

call(
  "a browser that makes no peer connection when it is called: its user is told at once, the caller once it is put away",
  async ({ ada, client }) => {
    await ada.page.evaluate(() => {
      globalThis.RTCPeerConnection = class {
        constructor() {
          throw new DOMException("WebRTC is switched off", "NotAllowedError");
        }
      } as unknown as typeof RTCPeerConnection;
    });
    await client.call(["audio"]);
    await ada.reads("This browser cannot make calls");
    await ada.click("Decline");
    assert.equal((await client.wire.reaches("call:end")).reason, "unsupported");
  },
);
