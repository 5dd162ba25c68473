/** Everything that happens to calls, as the course of calls (`course.ts`) hears of it. */

import type { OmitEach } from "../../omit_each.ts";
import type { CallMedia, FailureReason } from "../../protocol/formats.ts";
import type { ServerMessages } from "../../protocol/server_messages.ts";
import type { Kind } from "../devices/opening.ts";
import type { Welcome } from "../signaling/protocol_1.ts";
import type { SignalStatus } from "../signaling/socket.ts";
import type { CallInfo } from "../state.ts";

type From<Type extends keyof ServerMessages> = ServerMessages[Type];

/**
 * Everything that happens to calls, by where it comes from. `at`: when, on the monotonic clock, in ms. `talkedMs`: how long the two of
 * the call have had each other by then; `null`: not at all. What names a `callId` that is not the call's at hand is late.
 */
export type CourseEvent =
  & { readonly at: number; readonly talkedMs: number | null }
  & (
    // The user.
    | {
      readonly type: "call";
      readonly info: CallInfo;
      /** The callee, where it was said. */
      readonly to: string | undefined;
      /** The devices that it is to begin with. */
      readonly kinds: readonly Kind[];
    }
    | { readonly type: "accept"; readonly media: CallMedia }
    /** The ringing call can be seen, or heard. */
    | { readonly type: "presented" }
    | { readonly type: "decline" }
    | { readonly type: "hang-up" }
    /** Puts away what is said of the last call. */
    | { readonly type: "dismiss" }
    /** Opens the devices before any call; or lets them go. */
    | { readonly type: "check"; readonly on: boolean }
    /** The client is of no use from here on. */
    | { readonly type: "close" }
    // This device.
    /** No question is open about the devices any more; they may be opened before long. */
    | { readonly type: "allowed"; readonly callId: string }
    /** As many devices are open as will. `isWithheld`: none, and not for want of any. */
    | {
      readonly type: "opened";
      readonly callId: string;
      readonly kinds: readonly Kind[];
      readonly isWithheld: boolean;
    }
    /** The last call's devices and its peer connection are closed. */
    | { readonly type: "released" }
    // The server.
    | { readonly type: "signaling"; readonly status: SignalStatus }
    | From<"call:ringing" | "call:answer" | "call:rejected" | "call:end" | "call:error">
    /** `isUnsent`: the `call:initiate` of the call at hand still waits to be sent. */
    | Welcome & { readonly isUnsent: boolean }
    /** `failed`: kinds that did not open for the call at hand. */
    | From<"call:offer"> & { readonly failed: readonly Kind[] }
    /** `kinds`: what was on in this call before a reload. */
    | From<"call:state"> & { readonly peer: CallInfo["peer"]; readonly kinds: readonly Kind[] }
    // The peer connection.
    /** The offer that starts the call is on its way. */
    | { readonly type: "placed"; readonly callId: string }
    /** Both sides have the other's description, as far as this one knows. */
    | { readonly type: "answered"; readonly callId: string }
    /** `since`: when media first flowed. `isWell`: it flows, and both sides can be reached. */
    | { readonly type: "progress"; readonly callId: string; readonly since: number | null; readonly isWell: boolean }
    /** The peer connection gave up while it rang. The caller's candidates come after the answer (R6), so a new one misses none. */
    | { readonly type: "stale"; readonly callId: string }
    /** The browser makes no peer connection. */
    | { readonly type: "no-webrtc"; readonly callId: string }
    /** No media can come about, or none any more. */
    | { readonly type: "failed"; readonly callId: string; readonly reason: FailureReason }
    // The timer, at `deadlineOf(course)`.
    | { readonly type: "timer" }
  );

/** The event of a type. */
export type Of<Type extends CourseEvent["type"]> = Extract<CourseEvent, { readonly type: Type }>;

/** An event as whoever notices it tells of it; when it happened is added by the runner. */
export type UntimedEvent = OmitEach<CourseEvent, "at" | "talkedMs">;
