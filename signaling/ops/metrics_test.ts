import assert from "node:assert/strict";
import { receipt as measured } from "../../tests/support/receipt.ts";
import { isCommand } from "../../tests/support/commands.ts";
import { until } from "../../tests/support/until.ts";
import { answer, chatId, connect, offer, Wires } from "../../tests/support/wire.ts";
import { Histogram } from "./histogram.ts";
import { metricsText } from "./metrics.ts";

const scrape = ({ signaling }: Wires) => signaling.metrics(new Request("http://localhost/metrics")).text();

/** The samples, by name and labels. */
async function valuesOf(wires: Wires): Promise<Record<string, string>> {
  const lines = (await scrape(wires)).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return Object.fromEntries(lines.map((line) => line.split(" ") as [string, string]));
}

Deno.test("metrics: sockets, users, chats and calls, as they come and go", async () => {
  await using wires = new Wires();
  const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob")];
  await connect(ann, bob);
  await wires.enter("carl", { chats: ["another"] });
  const expected = {
    "zvonok_sockets": "3",
    "zvonok_users": "3",
    "zvonok_chats": "2",
    'zvonok_calls{state="ringing"}': "0",
    'zvonok_calls{state="connected"}': "1",
    "zvonok_messages_total": "3",
    "zvonok_calls_placed_total": "1",
    "zvonok_calls_answered_total": "1",
  };
  const seen = await valuesOf(wires);
  assert.deepEqual(Object.fromEntries(Object.keys(expected).map((name) => [name, seen[name]])), expected);
  ann.send({ type: "call:end", chatId });
  await bob.next("call:end");
  assert.equal((await valuesOf(wires))['zvonok_calls{state="connected"}'], "0");
  assert.equal((await valuesOf(wires))['zvonok_calls_ended_total{outcome="hangup"}'], "1");
  for (const reason of ["incompatible", "security-error"] as const) {
    await connect(ann, bob);
    bob.send({ type: "call:end", chatId, reason });
    assert.equal((await ann.next("call:end")).reason, reason);
    assert.equal((await valuesOf(wires))[`zvonok_calls_ended_total{outcome="${reason}"}`], "1");
  }
});

Deno.test("metrics: what was refused, by code, and how sockets closed", async () => {
  await using wires = new Wires();
  const ann = await wires.enter("ann");
  ann.send({ type: "call:answer", chatId, callId: "no-such-call-at-all", answer });
  await ann.next("call:error");
  ann.send({ type: "call:initiate", chatId: "elsewhere", offer });
  await ann.next("call:error");
  assert.equal((await valuesOf(wires))['zvonok_messages_refused_total{code="NO_CALL"}'], "1");
  assert.equal((await valuesOf(wires))['zvonok_messages_refused_total{code="ACCESS_DENIED"}'], "1");
  assert.equal((await valuesOf(wires))['zvonok_messages_refused_total{code="TOO_LARGE"}'], "0");
  await ann.close();
  await until("its close is counted", async () => {
    const seen = await valuesOf(wires);
    return ["1000", "1005"].some((code) => seen[`zvonok_sockets_closed_total{code="${code}"}`] === "1");
  });
});

Deno.test("metrics: both sides' receipts fill the histograms of a call", async () => {
  await using wires = new Wires();
  const [ann, bob] = [await wires.enter("ann"), await wires.enter("bob")];
  ann.send({ type: "call:initiate", chatId, offer });
  const { callId } = await bob.next("call:offer");
  bob.send({ type: "call:answer", chatId, answer });
  await ann.next("call:answer");
  ann.send({ type: "call:end", chatId });
  await bob.next("call:end");
  const receipt = { ...measured, answerMs: 4_000, iceMs: 90, frameMs: 400 };
  ann.send({ type: "call:receipt", chatId, callId, receipt: { ...receipt, path: "relayed" } });
  bob.send({ type: "call:receipt", chatId, callId, receipt: { ...receipt, path: null, iceMs: null, frameMs: null } });
  const seen = await until("both are counted", async () => {
    const values = await valuesOf(wires);
    return values["zvonok_call_answer_seconds_count"] === "2" && values;
  });
  assert.equal(seen['zvonok_call_answer_seconds_bucket{le="2"}'], "0");
  assert.equal(seen['zvonok_call_answer_seconds_bucket{le="5"}'], "2");
  assert.equal(seen['zvonok_call_connect_seconds_bucket{le="0.1"}'], "1");
  assert.equal(seen['zvonok_call_connect_seconds_bucket{le="+Inf"}'], "1");
  assert.equal(seen["zvonok_call_first_frame_seconds_sum"], "0.4");
  assert.equal(seen['zvonok_call_sides_total{path="relayed"}'], "1");
  assert.equal(seen['zvonok_call_sides_total{path="none"}'], "1");
});

Deno.test("metrics: the figures of webhook, store and push, where there are any", async () => {
  const lines = (text: string) => text.split("\n").filter((line) => /^zvonok_(receipt|store|push)/.test(line));
  await using wires = new Wires();
  const figures = wires.signaling.hub.figures();
  assert.deepEqual(lines(metricsText(figures, { webhook: null, pushes: null, loopDelay: null })), []);
  const appends = new Histogram([0.5]);
  appends.observe(0.25);
  const webhook = { waiting: 1, delivered: 2, retried: 3, lost: 4 };
  const pushes = { taken: 5, gone: 6, failed: 7 };
  const store = { isUp: false, appends, errors: 5 };
  assert.deepEqual(
    lines(metricsText({ ...figures, store }, { webhook, pushes, loopDelay: null })),
    [
      "zvonok_store_up 0",
      'zvonok_store_append_seconds_bucket{le="0.5"} 1',
      'zvonok_store_append_seconds_bucket{le="+Inf"} 1',
      "zvonok_store_append_seconds_sum 0.25",
      "zvonok_store_append_seconds_count 1",
      "zvonok_store_errors_total 5",
      "zvonok_receipts_waiting 1",
      'zvonok_receipts_total{result="delivered"} 2',
      'zvonok_receipts_total{result="lost"} 4',
      "zvonok_receipt_retries_total 3",
      'zvonok_pushes_total{result="taken"} 5',
      'zvonok_pushes_total{result="gone"} 6',
      'zvonok_pushes_total{result="failed"} 7',
    ],
  );
});

Deno.test("metrics: with a METRICS_TOKEN they are for who brings it", async () => {
  await using wires = new Wires({ METRICS_TOKEN: "what Prometheus knows" });
  const ask = (authorization?: string) =>
    wires.signaling.metrics(
      new Request("http://localhost/metrics", { headers: authorization ? { authorization } : {} }),
    );
  for (const wrong of [undefined, "Bearer what Prometheus know", "what Prometheus knows", "Bearer"]) {
    const refused = ask(wrong);
    assert.equal(refused.status, 401);
    assert.equal(refused.headers.get("www-authenticate"), "Bearer");
    assert.ok(!(await refused.text()).includes("zvonok"));
  }
  assert.equal(ask("Bearer what Prometheus knows").status, 200);
});

const PROMTOOL = isCommand("promtool");

/** What promtool says of a text; nothing, where it is well. */
async function promtool(args: string[], text = ""): Promise<string> {
  const child = new Deno.Command("promtool", { args, stdin: "piped", stdout: "piped", stderr: "piped" }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  return code === 0 && !text ? "" : said;
}

Deno.test({
  name: "metrics: promtool finds nothing against the conventions, and the alert rules fire when they should",
  ignore: !PROMTOOL,
  async fn() {
    await using wires = new Wires();
    assert.equal(await promtool(["check", "metrics"], await scrape(wires)), "");
    assert.match(await promtool(["check", "metrics"], "# TYPE Bad counter\nBad 1\n"), /./, "it does find something");
    const rules = new URL("../../examples/prometheus/alerts.yml", import.meta.url).pathname;
    assert.equal(await promtool(["check", "rules", rules]), "");
    const scenes = new URL("../../tests/testdata/alerts.yml", import.meta.url).pathname;
    assert.equal(await promtool(["test", "rules", scenes]), "");
  },
});

Deno.test("metrics: the dashboard and the alert rules in examples/ ask for metrics that there are", async () => {
  await using wires = new Wires();
  const store = { isUp: true, appends: new Histogram([1]), errors: 0 };
  const webhook = { waiting: 0, delivered: 0, retried: 0, lost: 0 };
  const figures = { ...wires.signaling.hub.figures(), store };
  const text = metricsText(figures, {
    webhook,
    pushes: { taken: 0, gone: 0, failed: 0 },
    loopDelay: new Histogram([1]),
  });
  const known = new Set(Array.from(text.matchAll(/^# TYPE (\S+)/gm), ([, name]) => name!));
  for (const file of ["alerts.yml", "dashboard.json"]) {
    const example = await Deno.readTextFile(new URL(`../../examples/prometheus/${file}`, import.meta.url));
    if (file.endsWith("json")) JSON.parse(example);
    const asked = Array.from(example.matchAll(/\b(?:zvonok|process)_\w+/g), ([name]) => name.replace(/_bucket$/, ""));
    assert.ok(asked.length > 4, file);
    assert.deepEqual(asked.filter((name) => !known.has(name)), [], file);
  }
});
