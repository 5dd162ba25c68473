/** Which addresses messages go to, and which they never do. */

import assert from "node:assert/strict";
import { isPublic, isPushService, leadsOut } from "./services.ts";

/** Of push services that there are. */
const GOOD = [
  "https://fcm.googleapis.com/fcm/send/abc:def",
  "https://updates.push.services.mozilla.com/wpush/v2/gAAAA",
  "https://web.push.apple.com/QGuQ",
  "https://wns2-par02p.notify.windows.com/w/?token=BQYA",
  "https://push.example.co/up?x=1",
];

const BAD = [
  "http://fcm.googleapis.com/x",
  "https://user@push.example.com/x",
  "https://:secret@push.example.com/x",
  "https://push.example.com:8443/x",
  "https://localhost/x",
  "https://push.localhost/x",
  "https://printer.local/x",
  "https://metadata.google.internal/x",
  "https://router.home.arpa/x",
  "https://intranet/x",
  "https://intranet./x",
  "https://127.0.0.1/x",
  "https://2130706433/x",
  "https://0x7f.1/x",
  "https://169.254.169.254/latest/meta-data",
  "https://[::1]/x",
  "https://[fd00::1]/x",
  "https://[2606:4700::1]/x",
  "ws://push.example.com/x",
  "file:///etc/passwd",
  "push.example.com/x",
  "",
];

Deno.test("push services: any public host by https", () => {
  for (const endpoint of GOOD) assert.ok(isPushService(endpoint, []), endpoint);
  for (const endpoint of BAD) assert.ok(!isPushService(endpoint, []), endpoint);
});

Deno.test("push services: where they are named, these origins and no others", () => {
  const origins = ["https://127.0.0.1:8443", "https://push.example.com"];
  assert.ok(isPushService("https://127.0.0.1:8443/push/x", origins));
  assert.ok(isPushService("https://push.example.com/x", origins));
  for (
    const endpoint of [...GOOD, "https://127.0.0.1/x", "https://push.example.com:1/x", "http://push.example.com/x"]
  ) {
    assert.ok(!isPushService(endpoint, origins), endpoint);
  }
});

Deno.test("push services: addresses of the world, and none of a network of one's own", () => {
  for (const address of ["1.1.1.1", "172.15.0.1", "172.32.0.1", "2606:4700::1111", "::ffff:1.1.1.1"]) {
    assert.ok(isPublic(address), address);
  }
  const own = ["10.0.0.1", "172.16.0.1", "192.168.1.1", "127.0.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"];
  const own6 = ["::1", "::", "fd00::1", "fe80::1", "ff02::1", "::ffff:127.0.0.1", "64:ff9b::1"];
  for (const address of [...own, ...own6, "224.0.0.1", "255.255.255.255"]) assert.ok(!isPublic(address), address);
});

Deno.test("push services: a name that leads to this machine leads not out", async () => {
  assert.equal(await leadsOut("https://localhost/x"), false);
});
