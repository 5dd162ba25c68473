/** Runs all checks, those that need no question at the same time. */

import { checkCamera, checkMicrophone } from "./devices.ts";
import type { CheckId, Finding } from "./finding.ts";
import { checkStun, checkTurn } from "./ice.ts";
import { checkSocket } from "./socket.ts";
import { accessOf, type Ports } from "./ports.ts";

/** Tries everything and tells what it finds as it finds it. Never rejects. */
export async function examine(ports: Ports, onFinding: (id: CheckId, finding: Finding) => void): Promise<void> {
  const run = async (id: CheckId, check: () => Promise<Finding>) => {
    // A browser without WebRTC, or one that an extension took it from.
    onFinding(id, await check().catch(() => ({ grade: "bad", says: "broken" } as const)));
  };
  const devices = async () => {
    // One after the other: each may show a permission prompt.
    await run("camera", () => checkCamera(ports));
    await run("microphone", () => checkMicrophone(ports));
  };
  const network = async () => {
    const { access, transport } = await accessOf(ports);
    await Promise.all([
      run("socket", () => checkSocket({ ...ports, transport }, access)),
      run("stun", () => checkStun(ports, access)),
      ...(["udp", "tcp", "tls"] as const).map((relay) => run(relay, () => checkTurn(ports, access, relay))),
    ]);
  };
  await Promise.all([devices(), network()]);
}
