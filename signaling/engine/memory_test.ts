/** The engine in memory: what every engine does, and what only this one promises. */

import assert from "node:assert/strict";
import { until } from "../../tests/support/until.ts";
import { CONFORMANCE, Scene } from "./engine_conformance.ts";
import type { Endpoint } from "../call/parties.ts";
import type { Engine, EngineEvent, EngineFactory, Step } from "./engine.ts";
import { MemoryEngine } from "./memory.ts";

const make: EngineFactory = (options, receive) => new MemoryEngine(options, receive);

for (const [name, run] of Object.entries(CONFORMANCE)) {
  Deno.test(`memory engine: ${name}`, async () => {
    const scene = new Scene(make, until);
    try {
      await run(scene);
    } finally {
      scene.engine.close();
    }
  });
}

Deno.test("memory engine: everything came out before submit returns", () => {
  const scene = new Scene(make, until);
  const [ann, bob] = [{ user: "ann", device: "laptop" }, { user: "bob", device: "phone" }];
  scene.enter(ann);
  scene.enter(bob);
  scene.initiate(ann, "call-0123456789abcdef");
  assert.deepEqual(scene.heardTypes(bob), ["call:offer"]);
  scene.say(ann, { type: "call:end", callId: "call-0123456789abcdef" });
  assert.deepEqual(scene.heardTypes(bob), ["call:offer", "call:end", "call:missed"]);
  assert.deepEqual(scene.facts("ended").length, 1);
  scene.engine.close();
});

/** Engines that break their word, each in one way: what the scenes must catch. */
const BROKEN: Record<string, EngineFactory> = {
  "a step comes in two halves": (options, receive) =>
    make(options, (step) => {
      receive({ ...step, facts: [] }, true);
      receive({ ...step, deliveries: [], state: null }, true);
    }),
  "facts come later than what they are facts of": (options, receive) => {
    const late: Step["facts"][number][] = [];
    return make(options, ({ facts, ...step }) => receive({ ...step, facts: late.splice(0, Infinity, ...facts) }, true));
  },
  "the newest step comes first": (options, receive) => {
    const newest: Step[] = [];
    return make(options, (step) => {
      newest.unshift(step);
      queueMicrotask(() => newest.splice(0).forEach((one) => receive(one, true)));
    });
  },
  "relayed messages come twice": (options, receive) =>
    make(options, (step) => {
      receive(step, true);
      if (step.facts.length === 0 && step.deliveries.some(({ message }) => message.type === "call:ice-candidate")) {
        receive(step, true);
      }
    }),
  "each chat knows its own calls only": (options, receive) => {
    const engines = new Map<string, Engine>();
    const of = (chatId: string) => {
      const known = engines.get(chatId) ?? make(options, receive);
      engines.set(chatId, known);
      return known;
    };
    const first = of("chat");
    const everywhere = (event: EngineEvent) => ["chat", "other"].forEach((chatId) => of(chatId).submit(event));
    return Object.assign(Object.create(first) as Engine, {
      submit: (event: EngineEvent) =>
        event.type === "message" ? of(event.message.chatId).submit(event) : everywhere(event),
      callOf: (device: Endpoint) => first.callOf(device),
      chatsOf: (userId: string) => first.chatsOf(userId),
      members: (chatId: string) => of(chatId).members(chatId),
      join: (chatId: string, member: { userId: string; name: string }) => of(chatId).join(chatId, member),
      reserve: (device: Endpoint, forMs: number) => first.reserve(device, forMs),
      gauges: () => first.gauges(),
      close: () => engines.forEach((engine) => engine.close()),
    });
  },
  "a deadline fires before its time": (options, receive) => make({ ...options, ringTimeoutMs: 10 }, receive),
  "what a deadline did is said twice": (options, receive) =>
    make(options, (step) => {
      receive(step, true);
      if (step.facts.some((fact) => fact.type === "ended" && fact.outcome === "timeout")) receive(step, true);
    }),
  "a device is forgotten as soon as its socket is gone": (options, receive) =>
    changed(make(options, receive), (event) => event.type === "drop" ? { ...event, graceMs: 0 } : event),
  "a device is named its calls after it was told of them": (options, receive) => {
    const late: Step[] = [];
    return make(options, (step) => {
      if (step.facts.some(({ type }) => type === "connected")) return late.push(step);
      receive(step, true);
      for (const one of late.splice(0)) receive(one, true);
    });
  },
  "a device is not named the call that it is in": (options, receive) =>
    make(
      options,
      ({ facts, ...step }) =>
        receive(
          { ...step, facts: facts.map((fact) => fact.type === "connected" ? { ...fact, calls: [] } : fact) },
          true,
        ),
    ),
  "a reload is not seen": (options, receive) =>
    changed(make(options, receive), (event) => event.type === "connect" ? { ...event, page: null } : event),
  "who has stopped watching is told on": (options, receive) =>
    changed(make(options, receive), (event) => event.type === "unwatch" ? null : event),
  "a token that speaks for one call speaks for all": (options, receive) =>
    changed(make(options, receive), (event) => event.type === "restrict" ? { ...event, call: null } : event),
  "what rings outlives its process": (options, receive) =>
    changed(make(options, receive), (event) => event.type === "shutdown" ? null : event),
};

/** The engine, with other events than are submitted; `null`: none. */
function changed(engine: Engine, change: (event: EngineEvent) => EngineEvent | null): Engine {
  const submit = engine.submit.bind(engine);
  return Object.assign(engine, {
    submit(event: EngineEvent) {
      const instead = change(event);
      if (instead !== null) submit(instead);
    },
  });
}

for (const [name, broken] of Object.entries(BROKEN)) {
  Deno.test(`engine conformance: the scenes see that ${name}`, async () => {
    const impatient = (what: string, look: () => Promise<unknown>) => until(what, look, 400);
    const failed = await Promise.all(
      Object.entries(CONFORMANCE).map(async ([scene, run]) => {
        const one = new Scene(broken, impatient);
        try {
          await run(one);
          return [];
        } catch {
          return [scene];
        } finally {
          one.engine.close();
        }
      }),
    );
    assert.notDeepEqual(failed.flat(), []);
  });
}
