/**
 * The picture and the voice on bad networks: the product through its page beside two plain pages with a peer connection each, and beside
 * such a pair with the defaults of LiveKit's client. Every call goes through network namespaces that queue, lose and hold back packets.
 *
 * `--networks=250,gap` (or `all`), `--contenders=zvonok,plain`, `--rounds=3`, `--minutes=60` (no measurement begins later), `--json=FILE` (all figures,
 * every frame, and the statistics of each second).
 */

import { launchWithin } from "../tests/support/chromium.ts";
import { PUBLIC_ADDRESS } from "../tests/support/network.ts";
import { build, startProduct } from "../tests/support/product.ts";
import { makeCapture } from "./quality/capture.ts";
import { contender, NAMES } from "./quality/contenders.ts";
import { BACK_WITHIN_MS, measure, type Measurement } from "./quality/measure.ts";
import { NETWORKS, secondsOf, USUAL } from "./quality/networks.ts";
import { cell, COLUMNS, table } from "./quality/report.ts";
import { Road, whyNoRoad } from "./quality/road.ts";

const ORIGIN = `http://${PUBLIC_ADDRESS}:8000`;
const PLAIN_ORIGIN = `http://${PUBLIC_ADDRESS}:8001`;
/** What one takes beside the bad network and the way back from it, in seconds: loading, calling, warming up, hanging up. */
const AROUND_S = 16;
/** On the way back most are quicker than they might be, in seconds. */
const USUAL_BACK_S = BACK_WITHIN_MS / 2_000;

/** What follows `--name=`, in parts. */
function flag(name: string): string[] | null {
  return Deno.args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3).split(",") ?? null;
}

function chosen<Value>(
  name: string,
  usual: readonly string[],
  all: readonly Value[],
  nameOf: (value: Value) => string,
): Value[] {
  return (flag(name) ?? usual).map((wanted) => {
    const found = all.find((value) => nameOf(value) === wanted);
    if (found === undefined) throw new Error(`--${name}: there is no ${wanted}, but ${all.map(nameOf).join(", ")}`);
    return found;
  });
}

interface Result extends Measurement {
  readonly network: string;
  readonly contender: string;
  readonly round: number;
}

const networks = flag("networks")?.[0] === "all" ? NETWORKS : chosen("networks", USUAL, NETWORKS, ({ name }) => name);
const names = chosen("contenders", NAMES, NAMES, (name) => name);
const rounds = Number(flag("rounds")?.[0] ?? 3);
const minutes = Number(flag("minutes")?.[0] ?? 60);
const file = flag("json")?.[0];

const whyNot = await whyNoRoad();
if (whyNot !== null) {
  console.log(`The picture and the voice on bad networks cannot be measured here: ${whyNot}`);
  Deno.exit(1);
}
const capture = await makeCapture(console.log);
await build();
await using stack = new AsyncDisposableStack();
const road = stack.use(await Road.lay());
stack.use(await startProduct({ HOST: PUBLIC_ADDRESS, PORT: "8000" }, road.middle.within));
const browser = async (end: number, camera: string) => {
  const media = [`--use-file-for-fake-video-capture=${camera}`, `--use-file-for-fake-audio-capture=${capture.voice}`];
  return stack.use(await launchWithin(road.ends[end]!.space.within, `${ORIGIN},${PLAIN_ORIGIN}`, ...media));
};
const browsers = [await browser(0, capture.camera), await browser(1, capture.smallCamera)] as const;

const perRound = names.length * networks.reduce((all, one) => all + secondsOf(one) + AROUND_S + USUAL_BACK_S, 0);
console.log(
  `${networks.length} networks × ${names.length} contenders × ${rounds} rounds, some ${
    Math.ceil(perRound * rounds / 60)
  } min; none begins after ${minutes} min`,
);

const results: Result[] = [];
const startedAt = performance.now();
const isLate = () => performance.now() - startedAt > minutes * 60_000;
for (let round = 0; round < rounds; round++) {
  for (const network of networks) {
    for (let turn = 0; turn < names.length; turn++) {
      // Who is first changes from round to round.
      if (!isLate()) await one(names[(round + turn) % names.length]!, network, round);
    }
  }
}
if (isLate()) console.log(`the time is over: ${results.length} of ${rounds * networks.length * names.length} measured`);
console.log(`\nmedians of up to ${rounds} rounds (least–most)`);
console.log(table(networks.flatMap((network) =>
  names.map((name) => ({
    network: network.name,
    contender: name,
    rounds: results.filter((one) => one.network === network.name && one.contender === name).map(({ figures }) =>
      figures
    ),
  }))
)));
if (file !== undefined) await Deno.writeTextFile(file, JSON.stringify(results));

/** In pages of its own, so that what went wrong is over with them. */
async function one(name: string, network: (typeof networks)[number], round: number): Promise<void> {
  const began = performance.now();
  const label = `${(began - startedAt) / 60_000 | 0} min, round ${round + 1}, ${network.name}, ${name}`;
  try {
    await using here = await contender(name, browsers, ORIGIN, PLAIN_ORIGIN);
    const measured = await measure(here, network, road, capture);
    results.push({ network: network.name, contender: name, round, ...measured });
    const figures = COLUMNS.map((column) => `${column.title} ${cell([measured.figures], column)}`);
    console.log(`${label}: ${figures.join(", ")} (${((performance.now() - began) / 1_000).toFixed(0)} s)`);
  } catch (error) {
    console.log(`${label}: not measured: ${(error as Error).message}`);
    await road.clear();
  }
}
