import assert from "node:assert/strict";
import { PRODUCT, SECRET } from "../support/product.ts";

const ROOT = new URL("../../", import.meta.url);

/** Starts the product with a wrong environment; it must end by itself, in one line that does not repeat the value. */
const wrong: [name: string, value: string, more?: Record<string, string>][] = [
  ["PORT", "abc"],
  ["PORT", "65536"],
  ["PORT", "-1"],
  ["RING_TIMEOUT_MS", "5"],
  ["RING_TIMEOUT_MS", "1e9"],
  ["GRACE_MS", "99"],
  ["CHAT_CAPACITY", "1"],
  ["SESSION_SECRET", "short-marker"],
  ["ALLOWED_ORIGINS", "https://host.example/path"],
  ["STUN_URLS", "https://stun.example"],
  ["STUN_URLS", "stun:marker.example:99999999"],
  ["STUN_URLS", "stun:marker.example?transport=udp"],
  ["TURN_URLS", "turn:marker.example:0", { TURN_USERNAME: "u", TURN_PASSWORD: "p" }],
  ["TURN_URLS", "", { TURN_USERNAME: "user-marker" }],
  ["JWT_SECRET_PREVIOUS", "a marker of sixteen or more"],
  ["HOST", "nonsense.invalid"],
  ["TURN_URLS", "turn:turn-marker.example"],
  ["TURN_URLS", "turn:turn-marker.example", { TURN_USERNAME: "user-marker" }],
  ["TURN_URLS", "turn-marker.example", { TURN_USERNAME: "user-marker", TURN_PASSWORD: "pass-marker" }],
  ["TURN_URLS", "", { TURN_SECRET: "a marker of sixteen or more" }],
  ["TURN_SECRET", "short-marker", { TURN_URLS: "turn:turn.example" }],
  ["TURN_SECRET", "a marker of sixteen or more", { TURN_URLS: "turn:turn.example", TURN_USERNAME: "user-marker" }],
  ["TURN_TTL", "0"],
  ["ICE_TRANSPORT_POLICY", "none-marker"],
  ["READY_CHECK_TURN", "on"],
  ["VIDEO_CODECS", "VP8,H265"],
  ["SIGNAL_LOG", "loud-marker"],
  ["GUESTS", "maybe-marker"],
  ["GUESTS", "off"],
  ["JWT_SECRET", "short-marker"],
  ["JWKS_URL", "ftp://keys-marker.example"],
  ["TRUST_PROXY", "yes-marker"],
  ["PUBLIC_URL", "https://marker.example/path"],
  ["PUBLIC_URL", "marker.example"],
  ["PUBLIC_URL", "wss://marker.example"],
  ["PUBLIC_URL", "https://user@marker.example"],
  ["PUBLIC_URL", "https://host.example,,"],
  ["SOCKETS_PER_MINUTE", "0"],
  ["REDIS_URL", "http://:marker@store.example"],
  ["REDIS_URL", "store-marker.example:6379"],
  ["REDIS_URL", "redis://:marker@store.example:99999"],
  ["REDIS_URL", "redis://:marker%zz@store.example"],
  ["REDIS_URL", "redis://:marker@store.example/marker"],
  ["REDIS_URL", "redis://:marker@store.example", { SESSION_SECRET: "" }],
  ["RECEIPT_WEBHOOK", "http://marker.example/hook", { RECEIPT_SECRET: `whsec_${"A".repeat(32)}` }],
  ["RECEIPT_WEBHOOK", "https://user:marker@host.example/hook", { RECEIPT_SECRET: `whsec_${"A".repeat(32)}` }],
  ["RECEIPT_WEBHOOK", "https://marker.example/hook"],
  ["RECEIPT_SECRET", "a marker of sixteen or more", { RECEIPT_WEBHOOK: "http://127.0.0.1:9/hook" }],
  ["RECEIPT_SECRET", "whsec_c2hvcnRtYXJrZXI=", { RECEIPT_WEBHOOK: "http://127.0.0.1:9/hook" }],
  ["RECEIPT_SECRET_PREVIOUS", `whsec_${"A".repeat(32)}`],
  ["VAPID_PUBLIC_KEY", "short-marker"],
  ["VAPID_PUBLIC_KEY", `B${"A".repeat(86)}`],
  ["VAPID_PUBLIC_KEY", `B${"A".repeat(86)}`, {
    VAPID_PRIVATE_KEY: "A".repeat(43),
    VAPID_SUBJECT: "mailto:a@b.example",
  }],
  ["VAPID_PRIVATE_KEY", "secret-marker"],
  ["VAPID_SUBJECT", "marker@example.org"],
  ["PUSH_SERVICES", "https://marker.example/path"],
];

for (const [name, value, more] of wrong) {
  const beside = Object.keys(more ?? {}).join(", ");
  Deno.test(`configuration: ${name}=${value}${beside && ` with ${beside}`} ends the start`, async () => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: PRODUCT,
      cwd: ROOT,
      env: { PORT: "0", SESSION_SECRET: SECRET, ...more, [name]: value, NO_COLOR: "1" },
      signal: AbortSignal.timeout(20_000),
    }).output();
    const lines = new TextDecoder().decode(stderr).trimEnd().split("\n");
    assert.deepEqual([code, lines.length, new TextDecoder().decode(stdout)], [1, 1, ""], lines.join("\n"));
    assert.match(lines[0]!, new RegExp(`${name}.*(expected|cannot listen)`));
    assert.ok(!lines[0]!.includes("marker"), lines[0]!);
    if (value.length > 2 && name !== "HOST") assert.ok(!lines[0]!.includes(value), lines[0]!);
  });
}
