/**
 * Asking for camera and microphone: one question to the person, and the most made of its answer. What opens is kept, what does not
 * has its cause, and nobody is asked again for what was refused.
 */

import { type Cause, causeOf, isBarred, type MediaContext } from "./causes.ts";
import type { DeviceKind } from "./device_choice_state.ts";
import type { PermissionPort } from "../platform/platform.ts";
import type { MediaProblem } from "../state.ts";

/** A section of a call, and the kind of track it carries. */
export type Kind = "audio" | "video";

/** The device that a track of a kind comes from. */
export const DEVICE_OF = { audio: "microphone", video: "camera" } as const satisfies Record<Kind, DeviceKind>;

/** Why kinds do not open; nothing in it where all did. */
export type Causes = Readonly<Partial<Record<Kind, Cause>>>;

/** What came of opening. `superseded`: the devices were released meanwhile. */
export type Opened = Causes | "superseded";

/** What the browser rejected a request with, and the devices there are. */
export interface Refusal {
  readonly error: unknown;
  readonly listed: readonly MediaDeviceInfo[];
}

/** What is known before anything is asked: what the browser was told, and where the page runs. */
export interface AccessPorts {
  permission(kind: Kind): Promise<PermissionPort | null>;
  mediaContext(kind: Kind): MediaContext;
}

/** What asking for devices takes. */
export interface OpeningPorts extends AccessPorts {
  /** One request to the browser, for all of these or none. `relaxed`: whichever there are will do, whatever their pictures. */
  request(kinds: readonly Kind[], relaxed: boolean): Promise<"open" | "superseded" | Refusal>;
}

/** Whether a person, a system or a site withholds a device: that can be changed before anybody is rung. */
const IS_WITHHELD: Readonly<Record<Cause, boolean>> = {
  denied: true,
  system: true,
  policy: true,
  insecure: true,
  unsupported: true,
  busy: false,
  missing: false,
  constraint: false,
  failed: false,
};

/** Whether nothing but a person's, a system's or a site's leave is wanting. */
export function isWithheld(cause: Cause): boolean {
  return IS_WITHHELD[cause];
}

/**
 * Whether a call is not placed before the person has said so once more: nothing opens, and not for want of devices. Every other
 * combination makes a call; but who pressed the wrong button must not ring somebody without a voice and a face.
 */
export function asksFirst(problem: MediaProblem, hasTracks: boolean): boolean {
  return !hasTracks && Object.values(problem).some((cause) => IS_WITHHELD[cause]);
}

/**
 * Calls `action` once no question is open about these kinds, which may be long before they are: each is allowed, or blocked for good,
 * and one at least is allowed. Never where the browser does not say, and a permission counts for nothing where the page can open
 * nothing. What is allowed may fail to open all the same, by the system. Gives the way to take that back.
 */
export function onceAnswered(kinds: readonly Kind[], ports: AccessPorts, action: () => void): () => void {
  const over = new AbortController();
  Promise.all(kinds.map((kind) => ports.permission(kind))).then((permissions) => {
    const look = () => {
      const states = permissions.map((permission, at) =>
        isBarred(ports.mediaContext(kinds[at]!)) ? "denied" : permission?.state ?? "prompt"
      );
      if (over.signal.aborted || states.includes("prompt") || !states.includes("granted")) return;
      over.abort();
      action();
    };
    for (const permission of permissions) permission?.addEventListener("change", look, { signal: over.signal });
    look();
  });
  return () => over.abort();
}

/** Opens what it can of these kinds. Never rejects. */
export async function openMost(kinds: readonly Kind[], ports: OpeningPorts): Promise<Opened> {
  const blocked = await inState("denied", kinds, ports);
  // A browser refuses two for one that is blocked. For that one alone it asks nobody, but says why.
  const requests = [kinds.filter((kind) => !blocked.includes(kind)), ...blocked.map((kind) => [kind])];
  const opened = await Promise.all(requests.map((kinds) => openTogether(kinds, ports)));
  return opened.includes("superseded") ? "superseded" : Object.assign({}, ...opened);
}

/** Opens these kinds by one request; and where that fails, those alone for which nobody is asked a second time. */
async function openTogether(kinds: readonly Kind[], ports: OpeningPorts): Promise<Opened> {
  if (kinds.length === 0) return {};
  let answer = await ports.request(kinds, false);
  if (typeof answer !== "string" && Object.values(causesOf(kinds, answer, ports)).includes("constraint")) {
    answer = await ports.request(kinds, true);
  }
  if (answer === "open") return {};
  if (answer === "superseded") return answer;
  let causes = causesOf(kinds, answer, ports);
  if (kinds.length === 1) return causes;
  const listed = kinds.filter((kind) => isListed(answer, kind));
  for (const kind of worthAlone(causes, listed, await inState("granted", kinds, ports))) {
    const opened = await openTogether([kind], ports);
    if (opened === "superseded") return opened;
    const { [kind]: _, ...others } = causes;
    causes = { ...others, ...opened };
    // This kind opens by itself, so the request for both failed for the other one.
    if (opened[kind] === undefined) break;
  }
  return causes;
}

/**
 * Which of the kinds that were asked for together, in vain, are worth a request of their own. `listed`: are known to be there.
 * `granted`: may be opened without a question.
 */
export function worthAlone(causes: Causes, listed: readonly Kind[], granted: readonly Kind[]): Kind[] {
  const isPolicy = Object.values(causes).includes("policy");
  return (["audio", "video"] as const).filter((kind) => {
    switch (causes[kind]) {
      case undefined:
      case "policy":
      case "insecure":
      case "unsupported":
        return false;
      case "denied":
      case "system":
        // Where the policy on one sank both, nobody was asked.
        return isPolicy || granted.includes(kind);
      case "missing":
        // Some browsers list no devices to pages that were not allowed any yet.
        return listed.includes(kind) || listed.length === 0;
      case "busy":
      case "constraint":
      case "failed":
        return true;
    }
  });
}

async function inState(state: PermissionState, kinds: readonly Kind[], ports: OpeningPorts): Promise<Kind[]> {
  const permissions = await Promise.all(kinds.map((kind) => ports.permission(kind)));
  return kinds.filter((_, at) => permissions[at]?.state === state);
}

function causesOf(kinds: readonly Kind[], refusal: Refusal, ports: OpeningPorts): Causes {
  return Object.fromEntries(
    kinds.map((kind) => [kind, causeOf(refusal.error, ports.mediaContext(kind), isListed(refusal, kind))]),
  );
}

function isListed({ listed }: Refusal, kind: Kind): boolean {
  return listed.some((device) => device.kind === `${kind}input`);
}
