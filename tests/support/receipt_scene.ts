/** A call over real sockets, and a real receiver of the reports of it. */

import { receipt } from "./receipt.ts";
import { Receiver, WEBHOOK_SECRET } from "./receiver.ts";
import { chatId, type Wire, Wires } from "./wire.ts";

/** The receipt that Ann sends. */
export const mine = { ...receipt, bytesSent: 1 };

/** The receipt that Bob sends. */
export const theirs = { ...receipt, path: null, transport: null, bytesSent: 2 };

/** A server that reports to a receiver of its own, and two people. */
export async function scene(
  run: (ann: Wire, bob: Wire, receiver: Receiver, wires: Wires) => Promise<void>,
  env: Record<string, string> = {},
): Promise<void> {
  await using receiver = new Receiver();
  await using wires = new Wires({ RECEIPT_WEBHOOK: receiver.url, RECEIPT_SECRET: WEBHOOK_SECRET, ...env });
  await run(await wires.enter("ann"), await wires.enter("bob"), receiver, wires);
}

/** Sends a receipt. */
export const send = (who: Wire, callId: string, measured = receipt) =>
  who.send({ type: "call:receipt", chatId, callId, receipt: measured });
