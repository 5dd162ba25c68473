/** Measures several subjects turn by turn, so that what else the machine does hits all of them. */

import { sleep, type Subject, type Times } from "./subject.ts";

/** Calls that are not counted: the first ones load code, and codecs. */
const WARM_UP_ROUNDS = 2;
/** Between two calls, in ms: what the last one left has time to go. */
const PAUSE_MS = 200;

/** By a subject's name, what it took in each round. Who is first changes from round to round. */
export async function measure(subjects: readonly Subject[], rounds: number): Promise<Map<string, Times[]>> {
  const measured = new Map(subjects.map(({ name }) => [name, [] as Times[]]));
  for (let round = 0; round < WARM_UP_ROUNDS + rounds; round++) {
    for (let turn = 0; turn < subjects.length; turn++) {
      const subject = subjects[(round + turn) % subjects.length]!;
      const times = await subject.call();
      if (round >= WARM_UP_ROUNDS) measured.get(subject.name)!.push(times);
      await sleep(PAUSE_MS);
    }
  }
  return measured;
}
