/** The benchmarks by their names: `deno task bench NAME`, with the flags that each has. */

const BENCHMARKS: Record<string, { readonly about: string; readonly file: string }> = {
  setup: { about: "call set-up: from the accept to the first frame, in browsers", file: "./call_setup.ts" },
  signaling: { about: "the signaling server: CPU, latency and memory beside other servers", file: "./signaling.ts" },
  engines: {
    about: "one process, and processes over a Redis: CPU, latency, commands of the store",
    file: "./engines.ts",
  },
  quality: { about: "the picture and the voice on bad networks, beside a plain pair", file: "./quality.ts" },
};

const benchmark = BENCHMARKS[Deno.args[0] ?? ""];
if (benchmark !== undefined) await import(benchmark.file);
else {
  for (const [name, { about }] of Object.entries(BENCHMARKS)) console.log(`deno task bench ${name}: ${about}`);
  if (Deno.args.length > 0) Deno.exitCode = 1;
}
