/** An answer as it comes over the wire: what the runtime's `fetch` would decode is left as it is. */

import type { Buffer } from "node:buffer";
import { type IncomingHttpHeaders, request } from "node:http";

/** What came. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

/** Asks with these headers and no others. */
export function askRaw(url: string, headers: Record<string, string> = {}, method = "GET"): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, headers, agent: false }, (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (part: Buffer) => parts.push(part));
      answer.on("error", reject);
      answer.on("end", () => {
        const body = new Uint8Array(parts.flatMap((part) => [...part]));
        resolve({ status: answer.statusCode!, headers: answer.headers, body });
      });
    });
    asked.on("error", reject);
    asked.end();
  });
}
