/**
 * The script of somebody else's page, made of the call client and nothing else of the product: it calls over a server of another origin.
 * A test bundles it (`other_origin.ts`) and acts through what it leaves behind.
 */

import { Channel } from "../../shared/client/call/channel.ts";
import { CallClient } from "../../shared/client/client.ts";
import { browser } from "../../shared/client/platform/browser.ts";
import type { Platform } from "../../shared/client/platform/platform.ts";

/** What the script leaves behind in its page. */
export interface Left {
  readonly client: CallClient;
  readonly platform: Platform;
  /** A channel of the call there is. */
  channel(label: string): Channel | null;
}

const query = new URLSearchParams(location.search);
const platform = browser({
  url: query.get("url")!,
  // As a host application's page would: from its own server, which knows who is signed in.
  token: async () => {
    const answer = await fetch(`/token?user=${query.get("user")}`);
    return answer.ok ? await answer.text() : null;
  },
});
const video = document.querySelector("video")!;
let presented = "";
const client = new CallClient(platform, ({ call, remote: { stream } }) => {
  if (video.srcObject !== stream) video.srcObject = stream;
  if (call.phase !== "incoming" || call.call.callId === presented) return;
  presented = call.call.callId;
  client.presented();
});
client.watch(query.get("chat")!);
const channel = (label: string) => client.link && new Channel(client.link, label, platform);
Object.assign(globalThis, { client, platform, channel } satisfies Left);
