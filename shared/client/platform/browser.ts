/** A browser as the call client's platform: this folder is the one place that touches its globals. */

import { clock } from "./browser/clock.ts";
import { crypto } from "./browser/crypto.ts";
import { lifecycle } from "./browser/lifecycle.ts";
import { media } from "./browser/media.ts";
import { rtc } from "./browser/rtc.ts";
import { storage } from "./browser/storage.ts";
import { type ServerOptions, transport } from "./browser/transport.ts";
import type { Platform } from "./platform.ts";

/** This page, with a way to a server of its own or of another origin. Makes the ids of this tab and document. */
export function browser(server: ServerOptions): Platform {
  return {
    transport: transport(server, storage.tab),
    lifecycle,
    media: media(),
    rtc,
    storage,
    clock,
    crypto,
  };
}
