/** The client's course with one thing wrong at a time: what the exploration of clients and server together must catch. */

import { course } from "../../../../shared/client/course/course.ts";
import type { CourseEvent } from "../../../../shared/client/course/course_event.ts";
import {
  type Advanced,
  type Course,
  type CourseEffect,
  isAtHand,
} from "../../../../shared/client/course/course_state.ts";

type Mutant = (real: Advanced, before: Course, event: CourseEvent) => Advanced;

const nothing = (state: Course): Advanced => ({ state, effects: [] });
const without = ({ state, effects }: Advanced, ...lost: CourseEffect[0][]): Advanced => ({
  state,
  effects: effects.filter(([what]) => !lost.includes(what)),
});
/** What is said is something else. */
const saying = (
  { state, effects }: Advanced,
  change: (effect: CourseEffect) => readonly CourseEffect[],
): Advanced => ({ state, effects: effects.flatMap(change) });
const silent = (real: Advanced) => saying(real, (effect) => effect[0] === "end" ? [["end", effect[1], []]] : [effect]);
const isMute = (effect: CourseEffect, type: string) =>
  (effect[0] === "send" || effect[0] === "send-now") && effect[1].type === type ? [] : [effect];
const isCallee = ({ call }: Course) => isAtHand(call) && call.info.role === "callee";

export const MUTANTS: Record<string, Mutant> = {
  "a hang-up is not said": (real, _, event) => event.type === "hang-up" ? silent(real) : real,
  "a decline is not said": (real, _, event) => event.type === "decline" ? silent(real) : real,
  "a failure is kept to oneself": (real, before, event) =>
    event.type === "failed" && before.call.stage === "answered" ? silent(real) : real,
  "an end is not heard": (real, before, event) => event.type === "call:end" ? nothing(before) : real,
  "that somebody declined is not heard": (real, before, event) =>
    event.type === "call:rejected" ? nothing(before) : real,
  "what is over here comes back": ({ state, effects }) => ({ state: { ...state, over: [] }, effects }),
  "a call that the server does not mention goes on": (real, before, event) =>
    event.type === "welcome" && real.state.call.stage === "ended" ? nothing(before) : real,
  "a call that the server names is left out": (real, before, event) =>
    event.type === "welcome" ? course(before, { ...event, calls: [] }) : real,
  "an answered call is not resumed after a restart": (real) => saying(real, (effect) => isMute(effect, "call:resume")),
  "an answer that was lost is not asked for": (real, before, event) =>
    event.type === "welcome" && before.call.stage !== "answered" ? without(real, "send-now") : real,
  "an answer that was lost is not repeated": (real) => without(real, "repeatAnswer"),
  "the devices stay open": (real) => without(real, "release"),
  "a call that waits rings though it was cancelled": (real, before, event) =>
    event.type === "call:end" && before.waiting !== null && real.state.waiting === null &&
      real.state.call === before.call
      ? nothing(before)
      : real,
  "[R10] where both call, nobody answers": (real, before, event) =>
    event.type === "call:offer" && event.glare === true && isAtHand(before.call) ? nothing(before) : real,
  "a call that nobody answers is waited for without end": (real, before, event) =>
    event.type === "timer" ? nothing(before) : real,
  "after a reload the call is not taken up": (real, before, event) =>
    event.type === "call:state" && !isAtHand(before.call) ? nothing(before) : real,
  "after a reload it is waited for without end": ({ state, effects }, _, event) => {
    const { call } = state;
    if (event.type !== "call:state" || !("deadline" in call)) return { state, effects };
    return { state: { ...state, call: { ...call, deadline: Infinity } }, effects };
  },
  "Accept is not said": (real) => without(real, "accept"),
  "Accept does nothing": (real, before, event) => event.type === "accept" ? nothing(before) : real,
  "Hang up does nothing before the answer": (real, before, event) =>
    event.type === "hang-up" && before.call.stage === "calling" ? nothing(before) : real,
  "a repeated offer waits behind itself": (real, before, event) => {
    if (event.type !== "call:offer" || !isCallee(before) || real.state.waiting !== null) return real;
    return nothing({ ...before, waiting: { offer: event, expiresAt: event.at + event.expiresInMs } });
  },
};
