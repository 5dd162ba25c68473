/**
 * What must be true of clients and a server together, in every state, and of what they come to. Of one thing less is asked: that there is
 * to be another peer connection (R13), or an offer in the call, may be lost with a socket and is not said again; that call may fail.
 */

import type { CourseEvent } from "../../../../shared/client/course/course_event.ts";
import { isAtHand } from "../../../../shared/client/course/course_state.ts";
import { type Client, type CourseMachine, flows, isQuiet, type Model } from "./model.ts";
import { type Step, step, stepsIn } from "./steps.ts";
import { keyOf } from "./time.ts";

/** Who comes back: everybody whose socket is gone, or nobody. */
export const SETTLING = ["back", "gone"] as const;
export type Settling = typeof SETTLING[number];

/** What is wrong with a state. */
export function inspect(model: Model, machine: CourseMachine): string[] {
  const wrong: string[] = [];
  const require = (isRight: boolean, what: string) => isRight || wrong.push(what);
  for (const client of model.clients) {
    const { course, link, isOpen } = client;
    const { call } = course;
    require(isAtHand(call) === (link !== null), "a peer connection lives as long as its call");
    require(link === null || isAtHand(call) && link.callId === call.info.callId, "it is this call's");
    require(!isOpen || isAtHand(call) || course.isChecking, "no camera outlives its call");
    for (const [action, what] of offered(client)) {
      const { state } = machine(course, { ...action, at: 0, talkedMs: null } as CourseEvent);
      require(state.call !== call && state.call.stage !== call.stage, `${what} does something`);
    }
  }
  const isCalm = isQuiet(model) &&
    model.clients.every(({ socket, isFrozen }, at) =>
      socket === "ready" && !isFrozen && model.seen[at]!.is === "connected"
    );
  if (isCalm) wrong.push(...agreed(model), ...sameEnds(model));
  return wrong;
}

type Action = Omit<Extract<CourseEvent, { type: "accept" | "decline" | "hang-up" | "call" }>, "at" | "talkedMs">;

/** What a person may press, and must not press in vain. */
function offered({ course: { call, noWebRtc } }: Client): [Action, string][] {
  if (call.stage === "incoming") {
    return [...(noWebRtc ? [] : [[{ type: "accept", media: "video" }, "Accept"]]), [
      { type: "decline" },
      "Decline",
    ]] as [
      Action,
      string,
    ][];
  }
  if (isAtHand(call)) return [[{ type: "hang-up" }, "Hang up"]];
  const info = { chatId: "chat", callId: "call-999", role: "caller", media: "video", peer: null } as const;
  return [[{ type: "call", info, to: undefined, kinds: [] } as Action, "Video call"]];
}

/** Everybody is there, and everything was said. */
function isCalm(model: Model): boolean {
  return isQuiet(model) &&
    model.clients.every(({ socket, isFrozen }, at) =>
      socket === "ready" && !isFrozen && model.seen[at]!.is === "connected"
    );
}

/** Two people are in a call by the server's word, or by their own where it was started anew. */
function isOn(model: Model): boolean {
  const { chat: { call, memory }, clients, recoversUntil } = model;
  const talking = clients.filter((client) => client.course.call.stage === "answered" && flows(model, client));
  const isRecovering = recoversUntil > 0 && talking.length === 2;
  if (call === null) return isRecovering && memory.length === 0;
  return call.state === "connected" &&
    [call.caller, call.callee].every((party) =>
      party.user === null
        ? isRecovering
        : clients.some(({ user, device, course: { call: own } }) =>
          user === party.user && device === party.device && isAtHand(own) && own.info.callId === call.callId
        )
    );
}

/** What the other side may see, where one sees this: by its own doing, it may have crossed that. */
const SEEN_AS: Readonly<Record<string, readonly string[]>> = {
  cancelled: ["cancelled", "hangup", "declined", "timeout"],
  // Hung up before the answer went out, which to the caller is a decline; or a call of its own, which was the same by then (R10).
  declined: ["declined", "hangup", "rejected-elsewhere"],
  hangup: ["hangup"],
  timeout: ["timeout", "declined", "hangup"],
};

/** As long as nothing broke, both people see the same end; of two devices one does. */
function sameEnds(model: Model): string[] {
  const { clients, isSound } = model;
  if (!isSound || !isCalm(model)) return [];
  return clients.flatMap((caller) =>
    Object.entries(caller.ends).flatMap(([callId, end]) => {
      const others = clients.filter(({ user, ends }) => user !== caller.user && ends[callId] !== undefined);
      const isCaller = others.every(({ course }) => "info" in course.call && course.call.info.role === "callee");
      const allowed = SEEN_AS[end];
      if (others.length === 0 || !isCaller || allowed === undefined) return [];
      return others.some(({ ends }) => allowed.includes(ends[callId]!))
        ? []
        : [`both see the same end, not ${end} alone`];
    })
  );
}

/** With everybody there and everything said, clients and server have the same call. */
function agreed(model: Model): string[] {
  const { chat: { call }, clients } = model;
  if (!isCalm(model)) return [];
  const isMissing = call?.state === "connected" && [call.caller, call.callee].some((party) => {
    const client = clients.find(({ user, device }) => user === party.user && device === party.device);
    const own = client?.course.call;
    return own !== undefined && !(isAtHand(own) && own.info.callId === call.callId);
  });
  if (isMissing) return ["who is in a call talks"];
  return clients.flatMap(({ user, device, course: { call: own } }) => {
    if (!isAtHand(own) || own.stage === "preparing" || own.stage === "placing") return [];
    const isCaller = call?.caller.user === user && call.caller.device === device;
    const isIt = call?.callId === own.info.callId;
    switch (own.stage) {
      case "calling":
      case "ringing":
        return isIt && call.state === "ringing" && isCaller ? [] : ["who calls has a call that rings"];
      case "incoming":
        return isIt && call.state === "ringing" && call.devices.includes(device) ? [] : ["nobody rings after the end"];
      case "answering":
      case "answered": {
        const isCallee = call?.state === "connected" && call.callee.user === user && call.callee.device === device;
        return isIt && call.state === "connected" && (isCaller || isCallee) ? [] : ["who talks is in a call"];
      }
    }
  });
}

/** What is wrong with what a state comes to by itself. `good`: models that are known to come to nothing wrong. */
export function settled(model: Model, how: Settling, good: Set<string>, machine: CourseMachine): string[] {
  const path: string[] = [];
  let current = model;
  for (let n = 0; n < 400; n++) {
    const key = keyOf(current);
    if (good.has(key)) break;
    path.push(key);
    const by = ownStep(current, how);
    if (by === null) {
      const wrong = inTheEnd(current);
      if (wrong.length > 0) return wrong.map((what) => `${what} (everybody ${how})`);
      break;
    }
    const next = step(current, by, machine);
    const wrong = agreed(next);
    if (how === "back" && !model.isLossy && isOn(current) && !isOn(next)) wrong.push("a call that is on goes on");
    if (wrong.length > 0) return wrong.map((what) => `${what} (everybody ${how})`);
    current = next;
    if (n === 399) return ["it never comes to rest"];
  }
  for (const key of path) good.add(key);
  return [];
}

/** What happens without anybody's doing: what is on its way arrives, sockets come back or not, time passes. */
function ownStep(model: Model, how: Settling): Step | null {
  const steps = stepsIn(model);
  const can = (...deeds: Step["do"][]) => steps.find((by) => deeds.includes(by.do));
  // A client notices a dead socket by its own pings, in any case.
  const next = can("down", "up", "task", "notice") ?? (how === "back" ? can("connect") : undefined);
  return next ?? can("time") ?? null;
}

function inTheEnd(model: Model): string[] {
  return model.clients.flatMap((client) => {
    const { call } = client.course;
    if (!isAtHand(call)) return [];
    const isTalk = call.stage === "answered" && flows(model, client);
    return isTalk ? [] : [`nobody is left alone: ${call.stage}`];
  });
}
