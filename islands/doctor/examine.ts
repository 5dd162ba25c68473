/** Runs all checks, those that need no question at the same time. */

import { checkCamera, checkMicrophone } from "./devices.ts";
import type { CheckId, Finding } from "./finding.ts";
import { checkStun, checkTurn } from "./ice.ts";
import { checkSocket, type Missed } from "./socket.ts";
import type { Surroundings } from "./surroundings.ts";

/** Who is told of findings. */
export interface Listener {
  onFinding(id: CheckId, finding: Finding): void;
  onMissed(call: Missed): void;
}

/** Tries everything and tells what it finds as it finds it. Never rejects. */
export async function examine(world: Surroundings, { onFinding, onMissed }: Listener): Promise<void> {
  const run = async (id: CheckId, check: () => Promise<Finding>) => {
    // A browser without WebRTC, or one that an extension took it from.
    onFinding(id, await check().catch(() => ({ grade: "bad", says: "broken" } as const)));
  };
  const devices = async () => {
    // One after the other: each may show a permission prompt.
    await run("camera", () => checkCamera(world));
    await run("microphone", () => checkMicrophone(world));
  };
  const network = async () => {
    const access = await world.access();
    await Promise.all([
      run("socket", () => checkSocket(world, access, onMissed)),
      run("stun", () => checkStun(world, access)),
      ...(["udp", "tcp", "tls"] as const).map((transport) => run(transport, () => checkTurn(world, access, transport))),
    ]);
  };
  await Promise.all([devices(), network()]);
}
