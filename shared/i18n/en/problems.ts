/** English: why a call cannot be, and why a camera, a microphone or a screen does not open. */

import type { ProblemStrings } from "../problem_strings.ts";

export const noWebRtc =
  "This browser has no WebRTC, or something turned it off: look through its extensions and settings, or take " +
  "another browser.";

export const problems: ProblemStrings = {
  names: { camera: "the camera", microphone: "the microphone", both: "the camera and the microphone" },
  causes: {
    denied: "Access is blocked. Press the icon left of the address, allow {device}, and try again.",
    system:
      "The system does not let this browser use {device}. Allow it in the system's privacy settings, restart the " +
      "browser if you are asked to, and try again.",
    policy:
      "The site that shows this page inside its own does not let it use {device}. Ask whoever runs that site to " +
      "allow it, or open this page in a tab of its own.",
    insecure: "Browsers open {device} on secure pages only. Open this page by its https:// address.",
    unsupported:
      "This browser does not give {device} to any page. If it is a part of another app, open this page in the " +
      "browser itself; if not, take another one.",
    busy: "Another program may be using {device}. Close it and try again.",
    constraint: "What is chosen cannot do what a call needs. Choose {device} anew in the settings, and try again.",
    failed: "The browser could not start {device} and does not say why. Restart it and try again.",
  },
  missing: {
    camera: "No camera found. Plug one in and try again.",
    microphone: "No microphone found. Plug in a microphone or a headset and try again.",
    both: "No camera and no microphone found. Plug them in and try again.",
  },
  screen: {
    denied: "Sharing is blocked. Press the icon left of the address, allow it, and try again.",
    system:
      "The system does not let this browser record the screen. Allow it in the system's privacy settings, then try " +
      "again.",
    policy:
      "The site that shows this page inside its own does not let it share a screen. Ask whoever runs that site to " +
      "allow it, or open this page in a tab of its own.",
    insecure: "Browsers share screens on secure pages only. Open this page by its https:// address.",
    unsupported: "This browser cannot share a screen. On a computer, take another one.",
    busy:
      "The system did not start to record what you picked. Close other programs that record, or pick something else.",
    missing:
      "The browser found nothing to share. The system may be hiding its windows: look into its privacy settings.",
    constraint: "What you picked does not come in a size that a call can send. Pick something else.",
    failed: "The browser could not share what you picked. Pick something else, or restart the browser.",
  },
};
