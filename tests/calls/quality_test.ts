/** What people are told of how a call goes and went, in a real Chromium: bars, figures, and the receipt in the chat's history. */

import assert from "node:assert/strict";
import { lastReceipt } from "../support/last_receipt.ts";
import { heardReport } from "../support/quality_reports.ts";
import { type Received, Receiver, WEBHOOK_SECRET } from "../support/receiver.ts";
import { connect, play, scene } from "../support/scene.ts";
import { there, until } from "../support/until.ts";

const SECONDS = 3;
const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1_000));

scene("bars and words for both directions, and figures that grow", async (stage) => {
  const { ada, boris } = stage;
  await connect(stage);
  await there(ada.page, ".connection-quality");
  await ada.reads("You: ");
  await ada.reads("Boris: ");
  // By the other side's own word.
  await until("what Boris perceives", () => boris.page.evaluate(heardReport));
  await ada.click("Settings");
  const cell = "table.figures tbody tr:first-child td:last-child";
  await until("figures", () => ada.page.$eval(cell, ({ textContent }) => Number(textContent) >= 100));
  const text = await ada.page.$eval("dialog", (dialog) => dialog.textContent ?? "");
  assert.match(text, /Direct, UDP\..*Round trip: \d+ ms/);
  assert.match(text, /opus, VP8/);
  assert.match(text, /\d+ × \d+, \d+/);
});

scene("the receipt of a call is in both people's history, over a reload", async (stage) => {
  const { ada, boris } = stage;
  await connect(stage);
  await pause(SECONDS);
  await boris.click("Hang up");
  await ada.hears("Call ended");
  for (const [person, role] of [[ada, "caller"], [boris, "callee"]] as const) {
    const receipt = await lastReceipt(person);
    assert.equal(receipt.ringMs === null, role === "callee", "only the caller waits for the ringing");
    const { answerMs, iceMs, frameMs, durationMs } = receipt;
    for (const time of [answerMs, iceMs, frameMs]) assert.ok(time !== null && time >= 0 && time < 10_000, `${time}`);
    assert.ok(durationMs >= SECONDS * 1_000 && durationMs < 60_000);
    assert.deepEqual([receipt.path, receipt.transport], ["direct", "udp"]);
    assert.deepEqual([receipt.audioCodec, receipt.videoCodec, receipt.reconnects], ["opus", "VP8", 0]);
    assert.ok(receipt.rttMs !== null && receipt.rttMs < 1_000);
    assert.ok(receipt.lossSent! < 0.2 && receipt.lossReceived! < 0.2);
    assert.ok(receipt.bytesSent > 10_000 && receipt.bytesReceived > 10_000);
    await person.page.reload();
    await person.reads(role === "caller" ? "You called Boris" : "Ada called");
    await person.page.click(".history summary");
    await person.reads("From the answer to the first picture");
  }
});

Deno.test("browser: the webhook has what each side saw and heard of the other", async () => {
  await using receiver = new Receiver();
  const env = { RECEIPT_WEBHOOK: receiver.url, RECEIPT_SECRET: WEBHOOK_SECRET };
  await play(async (stage) => {
    await connect(stage);
    await there(stage.ada.page, ".connection-quality");
    await pause(SECONDS);
    await stage.ada.click("Hang up");
    const [{ body }] = await receiver.until(1) as [Received];
    for (const side of ["caller", "callee"]) {
      const { frozen, concealed, score } = body.data.receipts[side].perceived;
      assert.ok(frozen >= 0 && frozen < 0.8 && concealed >= 0 && concealed < 0.5, `${side}: ${frozen}, ${concealed}`);
      assert.ok(score > 2 && score < 4.5, `${side}: ${score}`);
    }
  }, { env });
});

scene(
  "a missed call is in the history with its time, over a reload; a history that is broken harms nobody",
  async (stage) => {
    const { ada, boris } = stage;
    await ada.click("Video call");
    await boris.sees("button", "Accept");
    await ada.click("Cancel");
    await boris.hears("Call ended");
    await boris.page.reload();
    await boris.reads("Missed call from Ada");
    await boris.page.evaluate(() => {
      for (const key of Object.keys(localStorage)) {
        if (key.includes("history")) localStorage.setItem(key, '[1,{"at":2}');
      }
    });
    await boris.page.reload();
    await boris.online();
    await connect(stage);
  },
);
