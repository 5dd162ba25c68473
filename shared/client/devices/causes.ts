/**
 * Why a camera, a microphone or a screen does not open: from what the browser says, which is little and not the same in all of them,
 * and from where the page runs.
 */

/** What a page can ask a browser for. */
export type MediaSource = "camera" | "microphone" | "screen";

/** Why one of them does not open. Each has words and a next step of its own. */
export type Cause =
  /** The person said no, now or some other time. */
  | "denied"
  /** The operating system does not let the browser. */
  | "system"
  /** The page is in a frame, or comes with a header, that does not allow it (W3C Permissions Policy). */
  | "policy"
  /** Not a secure context: browsers open devices on https and localhost only. */
  | "insecure"
  /** A secure page, in a browser that has nothing to ask by: views inside of apps, mostly. */
  | "unsupported"
  /** Another program has the device, or it would not start. */
  | "busy"
  /** There is no such device. */
  | "missing"
  /** There is such a device, but it cannot do what was asked of it. */
  | "constraint"
  /** Something else, which the browser does not name. */
  | "failed";

/** Where a page runs, as far as that decides about a source. */
export interface MediaContext {
  /** W3C Secure Contexts. */
  readonly isSecure: boolean;
  /** The browser has something to ask by. */
  readonly hasApi: boolean;
  /** By the page's permissions policy; `null` where the browser does not say. */
  readonly isAllowed: boolean | null;
  /** The page is shown inside another one. */
  readonly isFramed: boolean;
}

/** Whether a source opens nowhere in this page, whatever the person says. */
export function isBarred({ isSecure, hasApi, isAllowed }: MediaContext): boolean {
  return !isSecure || !hasApi || isAllowed === false;
}

/**
 * The cause behind an error of `getUserMedia` or `getDisplayMedia` (W3C Media Capture and Streams, section 10.2.1; Screen Capture,
 * section 5.1; the names that browsers used before those). `isOffered`: a device of that kind is listed, or the picker of screens was
 * to be seen.
 */
export function causeOf(error: unknown, context: MediaContext, isOffered: boolean): Cause {
  const { name = "", message = "" } = (error ?? {}) as { name?: string; message?: string };
  if (!context.hasApi) return context.isSecure ? "unsupported" : "insecure";
  switch (name) {
    case "NotAllowedError":
    case "SecurityError":
    case "PermissionDeniedError":
      // Chromium's own words; the other browsers have the same ones for everything.
      if (/by system/i.test(message)) return "system";
      if (context.isAllowed === false || /permissions policy/i.test(message)) return "policy";
      // Firefox and Safari do not tell what the policy is, but offer nothing where it does not allow it.
      if (context.isAllowed === null && context.isFramed && !isOffered) return "policy";
      return context.isSecure ? "denied" : "insecure";
    case "NotFoundError":
    case "DevicesNotFoundError":
      return "missing";
    case "OverconstrainedError":
    case "ConstraintNotSatisfiedError":
      // Safari's word for "there is none", too.
      return isOffered ? "constraint" : "missing";
    case "NotReadableError":
    case "TrackStartError":
    case "AbortError": // Firefox: "Starting videoinput failed"
      return "busy";
    default:
      return "failed";
  }
}
