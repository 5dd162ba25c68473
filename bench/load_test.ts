/** `deno task load` against a real server, and what it refuses. */

import assert from "node:assert/strict";
import { selfSigned } from "../tests/support/certificate.ts";
import { isCommand } from "../tests/support/commands.ts";
import { Nginx } from "../tests/support/nginx.ts";
import { freePort } from "../tests/support/ports.ts";
import { startProduct } from "../tests/support/product.ts";
import { served } from "../tests/support/served.ts";
import { until } from "../tests/support/until.ts";
import { readOptions, UsageError } from "./load/options.ts";

const SECRET = "what only the two servers know";
const { product } = served({ JWT_SECRET: SECRET });

async function load(args: string[], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--lock=deno.lock",
      "--allow-net",
      "--allow-env=JWT_SECRET,JWT_ISSUER,JWT_AUDIENCE",
      "bench/load.ts",
      ...args,
    ],
    cwd: new URL("../", import.meta.url),
    env,
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)) as [string, string];
  return { code, out, err };
}

const metric = async (name: string, url = product().url) => {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name.replace(/[{}]/g, "\\$&")} (\\S+)$`, "m").exec(text)?.[1]);
};

Deno.test("load: guests make whole calls, the server counts as many, and nobody stays", async () => {
  const run = ["--clients=12", "--idle=3", "--calls-per-second=4", "--seconds=2", "--p99=5000"];
  const { code, out, err } = await load([`--url=${product().url}`, ...run]);
  assert.equal(code, 0, out + err);
  assert.match(out, /^calls: 8 begun, 8 whole, 0 failed$/m);
  for (const kind of ["ring", "relay", "end"]) assert.match(out, new RegExp(`^${kind} +\\d+\\.\\d ms`, "m"));
  assert.match(out, /^no errors$/m);
  assert.match(err, /opening 15 sockets|letting 15 people in/);
  assert.equal(await metric("zvonok_calls_answered_total"), 8);
  assert.equal(await metric('zvonok_calls_ended_total{outcome="hangup"}'), 8);
  assert.equal(await metric("zvonok_sockets"), 0);
});

Deno.test("load: a host application's users, and a threshold that does not hold", async () => {
  const run = ["--host-tokens", "--clients=6", "--calls-per-second=2", "--seconds=1", "--p99=0.001"];
  const { code, out, err } = await load([`--url=${product().url}`, ...run], { JWT_SECRET: SECRET });
  assert.equal(code, 1, out + err);
  assert.match(out, /^calls: 2 begun, 2 whole, 0 failed$/m);
  assert.match(out, /^p99 of ring is \d+\.\d ms, expected 0\.001 ms at most$/m);
});

Deno.test("load: a server that dies: calls that fail are counted by code, and are too many", async () => {
  await using mortal = await startProduct();
  const run = load([`--url=${mortal.url}`, "--clients=30", "--calls-per-second=10", "--seconds=4", "--errors=1"]);
  await until("calls go on", async () => await metric("zvonok_calls_answered_total", mortal.url) > 5);
  await mortal.halt();
  const { code, out, err } = await run;
  assert.equal(code, 1, out + err);
  const [, begun, whole, failed] = /^calls: (\d+) begun, (\d+) whole, (\d+) failed$/m.exec(out)!.map(Number);
  assert.equal(begun, 40);
  assert.ok(whole! >= 5 && failed! > 5 && whole! + failed! === begun, out);
  assert.match(out, /^errors: .*SOCKET_LOST \d+/m);
  assert.match(out, /^\d+\.\d\d % of calls failed, expected 1 % at most$/m);
});

Deno.test("load: tokens that the server does not believe are told at once", async () => {
  const run = ["--host-tokens", "--clients=2", "--calls-per-second=0.5", "--seconds=1"];
  const { code, err } = await load([`--url=${product().url}`, ...run], { JWT_SECRET: `not ${SECRET}` });
  assert.equal(code, 2, err);
  assert.match(err, /^Not everybody could be let in: a socket is refused with 401; SOCKET_401 \d+$/m);
});

const missing = ["nginx", "openssl"].find((name) => !isCommand(name));

Deno.test({
  name: "load: through a proxy that speaks TLS",
  ignore: missing !== undefined && !Deno.env.has("CI"),
  async fn() {
    await using tls = await selfSigned();
    await using behind = await startProduct({ TRUST_PROXY: "1" });
    const port = freePort();
    await using _nginx = await Nginx.start({ port, upstream: new URL(behind.url).host, tls });
    const run = ["--clients=6", "--calls-per-second=2", "--seconds=1"];
    const { code, out, err } = await load([`--url=https://127.0.0.1:${port}`, ...run], { DENO_CERT: tls.cert });
    assert.equal(code, 0, out + err);
    assert.match(out, /^calls: 2 begun, 2 whole, 0 failed$/m);
  },
});

Deno.test("load: a server that is away, and what is none, are told in one line", async () => {
  const away = await load([`--url=http://127.0.0.1:${freePort()}`]);
  assert.deepEqual([away.code, away.out], [2, ""]);
  assert.match(away.err, /^http:\/\/127\.0\.0\.1:\d+: it cannot be reached\n$/);
  await using other = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => new Response("hello"));
  const { code, err } = await load([`--url=http://127.0.0.1:${other.addr.port}`]);
  assert.equal(code, 2);
  assert.match(err, /^http:\/\/127\.0\.0\.1:\d+: it does not answer as Zvonok does\n$/);
});

const refused: [string, string[], RegExp][] = [
  ["no server", [], /^--url: expected/],
  ["somebody else's", ["--url=https://calls.example.org"], /is not on this machine: add --yes-this-is-mine/],
  ["a private address", ["--url=http://10.0.0.7"], /is not on this machine/],
  ["a name that only begins so", ["--url=http://localhost.example.org"], /is not on this machine/],
  ["one of several", ["--url=http://localhost", "--url=http://192.0.2.1"], /192\.0\.2\.1 is not on this machine/],
  ["no http", ["--url=ftp://localhost"], /^--url: expected an http or https URL$/],
  ["half a pair", ["--url=http://localhost", "--clients=3"], /^--clients: expected an even number/],
  ["too few for the rate", ["--url=http://localhost", "--calls-per-second=100"], /^--clients: expected 300 at least/],
  ["no number", ["--url=http://localhost", "--seconds=soon"], /^--seconds: expected a number from 1/],
  ["no secret", ["--url=http://localhost", "--host-tokens"], /expected JWT_SECRET in the environment/],
  ["an unknown flag", ["--url=http://localhost", "--rate=5"], /--rate/],
];

Deno.test.each(refused)("load: refuses %s", (_, args, says) => {
  const isSaid = (error: unknown) => error instanceof UsageError && says.test(error.message);
  assert.throws(() => readOptions(args, () => undefined), isSaid);
});

Deno.test("load: takes this machine, and any other for whoever says that it is theirs", () => {
  const mine = ["--url=https://calls.example.org/chat/x", "--yes-this-is-mine"];
  assert.deepEqual(readOptions(mine, () => undefined).urls, ["https://calls.example.org"]);
  for (const host of ["localhost:8000", "127.0.0.1", "127.1.2.3", "[::1]:8000", "calls.localhost"]) {
    assert.equal(readOptions([`--url=http://${host}`], () => undefined).urls.length, 1, host);
  }
});
