/** Errors as Chromium, Firefox and Safari make them, each in the places where a page may run, and the cause that each stands for. */

import assert from "node:assert/strict";
import { type Cause, causeOf, type MediaContext } from "./causes.ts";

const TOP: MediaContext = { isSecure: true, hasApi: true, isAllowed: true, isFramed: false };
/** Firefox and Safari do not say what the policy is. */
const SILENT: MediaContext = { ...TOP, isAllowed: null };
const FRAME: MediaContext = { ...TOP, isFramed: true };
const FRAME_WITHOUT_ALLOW: MediaContext = { ...FRAME, isAllowed: false };
const SILENT_FRAME: MediaContext = { ...FRAME, isAllowed: null };
const PLAIN_HTTP: MediaContext = { ...TOP, isSecure: false, hasApi: false };
const NO_API: MediaContext = { ...TOP, hasApi: false };

const FIREFOX = "The request is not allowed by the user agent or the platform in the current context.";
const SAFARI =
  "The request is not allowed by the user agent or the platform in the current context, possibly because the " +
  "user denied permission.";
const CHROMIUM_SCREEN_POLICY = "Failed to execute 'getDisplayMedia' on 'MediaDevices': Access to the feature " +
  '"display-capture" is disallowed by permissions policy.';

/** What it is, the error's name and message, where, whether a device is listed (or a picker was seen), and the cause. */
const TABLE: [string, name: string, message: string, MediaContext, boolean, Cause][] = [
  ["Chromium: Block was pressed", "NotAllowedError", "Permission denied", TOP, true, "denied"],
  ["Chromium: the question was closed", "NotAllowedError", "Permission dismissed", TOP, true, "denied"],
  [
    "Chromium: by the privacy settings of the system",
    "NotAllowedError",
    "Permission denied by system",
    TOP,
    true,
    "system",
  ],
  ["Chromium: the same in a frame", "NotAllowedError", "Permission denied by system", FRAME, true, "system"],
  ["Chromium: a frame without allow", "NotAllowedError", "Permission denied", FRAME_WITHOUT_ALLOW, true, "policy"],
  ["Chromium: a frame with allow, refused", "NotAllowedError", "Permission denied", FRAME, true, "denied"],
  [
    "Chromium: a page with a header",
    "NotAllowedError",
    "Permission denied",
    { ...TOP, isAllowed: false },
    true,
    "policy",
  ],
  ["Chromium: none there", "NotFoundError", "Requested device not found", TOP, false, "missing"],
  ["Chromium: a camera in use on Windows", "NotReadableError", "Could not start video source", TOP, true, "busy"],
  ["Chromium: a microphone in use", "NotReadableError", "Could not start audio source", TOP, true, "busy"],
  ["Chromium: in use, by another word", "NotReadableError", "Device in use", TOP, true, "busy"],
  ["Chromium: a size that no camera has", "OverconstrainedError", "", TOP, true, "constraint"],
  ["Chromium: nothing to ask for", "NotSupportedError", "Not supported", TOP, true, "failed"],
  ["Chromium: the screen, in a frame without allow", "NotAllowedError", CHROMIUM_SCREEN_POLICY, FRAME, false, "policy"],
  ["Chromium: the picker was closed", "NotAllowedError", "Permission denied", TOP, true, "denied"],
  ["Chromium: no screen recording on macOS", "NotAllowedError", "Permission denied by system", TOP, true, "system"],
  ["Chromium: the window would not be recorded", "NotReadableError", "Could not start video source", TOP, true, "busy"],
  ["Firefox: refused", "NotAllowedError", FIREFOX, SILENT, true, "denied"],
  ["Firefox: a frame without allow lists nothing", "NotAllowedError", FIREFOX, SILENT_FRAME, false, "policy"],
  ["Firefox: a frame with allow, refused", "NotAllowedError", FIREFOX, SILENT_FRAME, true, "denied"],
  ["Firefox: none there", "NotFoundError", "The object can not be found here.", SILENT, false, "missing"],
  [
    "Firefox: no screen recording on macOS",
    "NotFoundError",
    "The object can not be found here.",
    SILENT,
    false,
    "missing",
  ],
  ["Firefox: a camera in use", "NotReadableError", "Failed to allocate videosource", SILENT, true, "busy"],
  ["Firefox: one that would not start", "AbortError", "Starting videoinput failed", SILENT, true, "busy"],
  [
    "Firefox: a chosen one that is gone",
    "OverconstrainedError",
    "Constraints could not be satisfied.",
    SILENT,
    true,
    "constraint",
  ],
  [
    "Firefox: before 70, on http",
    "SecurityError",
    "The operation is insecure.",
    { ...SILENT, isSecure: false },
    true,
    "insecure",
  ],
  ["Safari: refused", "NotAllowedError", SAFARI, SILENT, true, "denied"],
  ["Safari: a frame without allow", "NotAllowedError", SAFARI, SILENT_FRAME, false, "policy"],
  ["Safari: none there", "OverconstrainedError", "Invalid constraint", SILENT, false, "missing"],
  ["Safari: a constraint", "OverconstrainedError", "Invalid constraint", SILENT, true, "constraint"],
  [
    "Safari: a phone call has the microphone",
    "NotReadableError",
    "The I/O read operation failed.",
    SILENT,
    true,
    "busy",
  ],
  [
    "Safari: no click",
    "InvalidAccessError",
    "getDisplayMedia must be called from a user gesture handler.",
    SILENT,
    true,
    "failed",
  ],
  ["old Chromium: refused", "PermissionDeniedError", "", TOP, true, "denied"],
  ["old Chromium: none there", "DevicesNotFoundError", "", TOP, false, "missing"],
  ["old Chromium: in use", "TrackStartError", "", TOP, true, "busy"],
  ["old Chromium: a constraint", "ConstraintNotSatisfiedError", "", TOP, true, "constraint"],
  [
    "Chromium on http",
    "TypeError",
    "Cannot read properties of undefined (reading 'getUserMedia')",
    PLAIN_HTTP,
    false,
    "insecure",
  ],
  [
    "Safari on http",
    "TypeError",
    "undefined is not an object (evaluating 'navigator.mediaDevices.getUserMedia')",
    PLAIN_HTTP,
    false,
    "insecure",
  ],
  ["a view inside of an app, on https", "TypeError", "undefined is not an object", NO_API, false, "unsupported"],
  [
    "a phone that cannot share",
    "TypeError",
    "navigator.mediaDevices.getDisplayMedia is not a function",
    NO_API,
    false,
    "unsupported",
  ],
  [
    "a TypeError though all is there",
    "TypeError",
    "At least one of audio and video must be requested",
    TOP,
    true,
    "failed",
  ],
];

for (const [what, name, message, context, isOffered, cause] of TABLE) {
  Deno.test(`causes: ${what}: ${cause}`, () => {
    assert.equal(causeOf(Object.assign(new Error(message), { name }), context, isOffered), cause);
  });
}

Deno.test("causes: what is no error has a cause too, and each cause is in the table", () => {
  for (const nothing of [null, undefined, "refused", 7]) assert.equal(causeOf(nothing, TOP, true), "failed");
  const all: Record<Cause, true> = {
    denied: true,
    system: true,
    policy: true,
    insecure: true,
    unsupported: true,
    busy: true,
    missing: true,
    constraint: true,
    failed: true,
  };
  assert.deepEqual(new Set(TABLE.map((row) => row[5])), new Set(Object.keys(all)));
});
