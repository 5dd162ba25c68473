import assert from "node:assert/strict";
import { parseForwarded } from "./forwarded.ts";
import { addressOf, originsOf, type VisitOptions } from "./visit.ts";

const info: Deno.ServeHandlerInfo = {
  remoteAddr: { transport: "tcp", hostname: "198.51.100.1", port: 1 },
  completed: Promise.resolve(),
};

function visit(headers: Record<string, string>, { trustedProxies = 0, publicUrls = [] }: Partial<VisitOptions> = {}) {
  const req = new Request("http://10.0.0.5:8000/", { headers });
  const options = { trustedProxies, publicUrls };
  return { ...originsOf(req, options), address: addressOf(req, info, options) };
}

for (
  const [proxies, forwarded, expected] of [
    [0, "203.0.113.9", "198.51.100.1"],
    [1, "203.0.113.9, 192.0.2.4", "192.0.2.4"],
    [2, "203.0.113.9, 192.0.2.4", "203.0.113.9"],
    [3, "203.0.113.9, 192.0.2.4", "203.0.113.9"],
    [1, null, "198.51.100.1"],
    [1, "unknown", "198.51.100.1"],
    [1, "x".repeat(65), "198.51.100.1"],
    [1, "192.0.2.4:4711", "192.0.2.4"],
    [1, "[2001:db8:1:2::3]:4711", "2001:db8:1:2::/64"],
    [1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    [1, "2001:db8::6", "2001:db8:0:0::/64"],
    [1, "::ffff:192.0.2.4", "192.0.2.4"],
  ] as const
) {
  Deno.test(`[R18] the address behind ${proxies} proxies, forwarded ${forwarded}`, () => {
    const headers: Record<string, string> = forwarded === null ? {} : { "x-forwarded-for": forwarded };
    assert.equal(visit(headers, { trustedProxies: proxies }).address, expected);
  });
}

const HERE = { host: "10.0.0.5:8000" };
const table: [what: string, headers: Record<string, string>, proxies: number, origin: string, also?: string][] = [
  ["nothing in front", HERE, 0, "http://10.0.0.5:8000", "https://10.0.0.5:8000"],
  ["no Host, as in HTTP/2", {}, 0, "http://10.0.0.5:8000", "https://10.0.0.5:8000"],
  ["a Host that is none", { host: "a b/c" }, 0, "http://10.0.0.5:8000", "https://10.0.0.5:8000"],
  ["a default port in Host", { host: "example.org:443" }, 0, "http://example.org:443", "https://example.org"],
  ["upper case in Host", { host: "Example.ORG" }, 0, "http://example.org", "https://example.org"],
  [
    "headers of a proxy that is not trusted",
    {
      ...HERE,
      "x-forwarded-proto": "https",
      "x-forwarded-host": "evil.example",
      forwarded: "proto=https;host=evil.example",
    },
    0,
    "http://10.0.0.5:8000",
    "https://10.0.0.5:8000",
  ],
  ["TLS ends at the proxy", { host: "example.org", "x-forwarded-proto": "https" }, 1, "https://example.org"],
  ["and Host has the port", { host: "example.org:443", "x-forwarded-proto": "https" }, 1, "https://example.org"],
  [
    "the upstream's own Host",
    { ...HERE, "x-forwarded-proto": "https", "x-forwarded-host": "example.org" },
    1,
    "https://example.org",
  ],
  [
    "a port of its own, in X-Forwarded-Host",
    { ...HERE, "x-forwarded-proto": "https", "x-forwarded-host": "example.org:8443" },
    1,
    "https://example.org:8443",
  ],
  [
    "a port of its own, in X-Forwarded-Port",
    { host: "example.org", "x-forwarded-proto": "https", "x-forwarded-port": "8443" },
    1,
    "https://example.org:8443",
  ],
  [
    "a port in both",
    { host: "example.org:8443", "x-forwarded-proto": "https", "x-forwarded-port": "443" },
    1,
    "https://example.org:8443",
  ],
  [
    "the port that a proxy behind a proxy listens at",
    { host: "example.org", "x-forwarded-proto": "https", "x-forwarded-port": "80" },
    1,
    "https://example.org",
  ],
  [
    "a port that is none",
    { host: "example.org", "x-forwarded-proto": "https", "x-forwarded-port": "99999" },
    1,
    "https://example.org",
  ],
  [
    "a forwarded host that is none",
    { host: "example.org", "x-forwarded-proto": "https", "x-forwarded-host": "evil.example/;x" },
    1,
    "https://example.org",
  ],
  [
    "two proxies, each added its own",
    { host: "example.org", "x-forwarded-proto": "https,http" },
    2,
    "https://example.org",
  ],
  [
    "three entries, two proxies",
    { host: "example.org", "x-forwarded-proto": "https, http , http" },
    2,
    "http://example.org",
    "https://example.org",
  ],
  [
    "two proxies, the first's word passed on",
    { host: "example.org", "x-forwarded-proto": "https" },
    2,
    "https://example.org",
  ],
  [
    "hosts of two proxies",
    { ...HERE, "x-forwarded-proto": "https,http", "x-forwarded-host": "evil.example, example.org, inner" },
    2,
    "https://example.org",
  ],
  ["a scheme in capitals, of a socket", { host: "example.org", "x-forwarded-proto": "WSS" }, 1, "https://example.org"],
  [
    "a scheme that is none",
    { host: "example.org", "x-forwarded-proto": "gopher" },
    1,
    "http://example.org",
    "https://example.org",
  ],
  ["RFC 7239", { ...HERE, forwarded: "for=192.0.2.4;proto=https;host=example.org" }, 1, "https://example.org"],
  [
    "RFC 7239, quoted, in any case",
    { ...HERE, forwarded: 'For="[2001:db8::1]:80";Proto=HTTPS;Host="example.org:8443"' },
    1,
    "https://example.org:8443",
  ],
  [
    "RFC 7239 by two proxies",
    {
      ...HERE,
      forwarded: "for=1.2.3.4;host=evil.example, for=192.0.2.4;proto=https;host=example.org, for=10.0.0.9;proto=http",
    },
    2,
    "https://example.org",
  ],
  [
    "RFC 7239 beside X-Forwarded-Proto",
    { host: "example.org", forwarded: "proto=http;host=evil.example", "x-forwarded-proto": "https" },
    1,
    "https://example.org",
  ],
  [
    "RFC 7239, malformed",
    { host: "example.org", forwarded: "proto=https;host" },
    1,
    "http://example.org",
    "https://example.org",
  ],
  ["IPv6 in Host", { host: "[2001:db8::1]:8443", "x-forwarded-proto": "https" }, 1, "https://[2001:db8::1]:8443"],
];

for (const [what, headers, trustedProxies, origin, also] of table) {
  Deno.test(`the public origin: ${what}`, () => {
    const { origin: found, ours } = visit(headers, { trustedProxies });
    assert.deepEqual([found, ...ours], [origin, origin, ...also ? [also] : []]);
  });
}

Deno.test("the public origin: PUBLIC_URL in place of guessing", () => {
  const publicUrls = ["https://example.org", "https://calls.example.org:8443"];
  const of = (headers: Record<string, string>) => visit(headers, { trustedProxies: 1, publicUrls });
  assert.equal(of(HERE).origin, "https://example.org");
  assert.equal(of({ host: "evil.example", "x-forwarded-proto": "https" }).origin, "https://example.org");
  assert.equal(of({ host: "calls.example.org:8443" }).origin, "https://calls.example.org:8443");
  assert.deepEqual(of(HERE).ours, publicUrls);
});

Deno.test("the address of RFC 7239", () => {
  const of = (forwarded: string) => visit({ forwarded }, { trustedProxies: 1 }).address;
  assert.equal(of("for=192.0.2.4"), "192.0.2.4");
  assert.equal(of('for=1.2.3.4, for="[2001:db8:1:2::3]:4711";by=_proxy'), "2001:db8:1:2::/64");
  assert.equal(of('for="192.0.2.4:80"'), "192.0.2.4");
  assert.equal(of("for=_hidden"), "_hidden");
  assert.equal(of("for=unknown"), "198.51.100.1");
});

for (
  const [text, expected] of [
    ["", []],
    [" , ,", []],
    ["for=a", [{ for: "a" }]],
    ["FOR=a;PROTO=http;;by=b", [{ for: "a", proto: "http", by: "b" }]],
    ["for=a ; proto=b , for=c", [{ for: "a", proto: "b" }, { for: "c" }]],
    ['for="a,b;c=\\"d\\\\"', [{ for: 'a,b;c="d\\' }]],
    ['host=""', [{ host: "" }]],
    ["for=a b", null],
    ["for", null],
    ["for=", null],
    ["=a", null],
    ['for="a', null],
    ["for=192.0.2.4:80", null],
    ["for=[::1]", null],
    ['for="a"b', null],
  ] as const
) {
  Deno.test(`Forwarded: ${text}`, () => {
    assert.deepEqual(parseForwarded(text)?.map((element) => Object.fromEntries(element)) ?? null, expected);
  });
}
