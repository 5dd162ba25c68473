/** English: the phone's app. */

import type { PhoneStrings } from "../phone_strings.ts";

export const phone: PhoneStrings = {
  chat: {
    preparingHint: {
      video: "If the phone asks, allow the camera and microphone.",
      audio: "If the phone asks, allow the microphone.",
    },
    noWebRtc: { title: "This phone cannot make calls", text: "Calls do not start on this phone. Update the app." },
    outcomes: {
      incompatible: "Your app and {name}'s did not agree on how to talk: one does not take what the other sends. " +
        "Update both.",
      unsupported: "One of your two devices has no WebRTC, or has it switched off, so there can be no call.",
      "answered-elsewhere": "It was answered on another device.",
      "rejected-elsewhere": "It was declined on another device.",
      "already-in-call": "You are in a call already, on another device. Finish it first.",
    },
    signaling: {
      replaced: "The app is open elsewhere as this device, and calls ring there.",
      unauthorized: "The server does not know you any more: your session is over, or the server was restarted. " +
        "Enter your name, start a new chat and send its link again.",
    },
  },
  problems: {
    causes: {
      denied: "The app may not use {device}. Allow it in the phone's settings, and try again.",
      system: "The system does not let the app use {device}. Allow it in the phone's settings, and try again.",
      policy: "This phone does not let the app use {device}. Ask whoever manages it.",
      insecure: "The app cannot use {device} here.",
      unsupported: "This phone does not give {device} to the app.",
      busy: "Another app may be using {device}. Close it and try again.",
      constraint: "What is chosen cannot do what a call needs. Choose {device} anew in the settings, and try again.",
      failed: "The phone could not start {device} and does not say why. Restart the app and try again.",
    },
    missing: {
      camera: "No camera found on this phone.",
      microphone: "No microphone found on this phone.",
      both: "No camera and no microphone found on this phone.",
    },
  },
  lobby: {
    headline: "Send one person a link and talk face to face.",
    hosted: "Chats here are started by the application you came from. Open a chat there to call.",
    invited: "Were you sent a link?",
    link: "Invitation link",
    open: "Open invitation",
    paste: "Paste link",
    scan: "Scan QR code",
    chats: "Your chats",
    back: "Back",
    name: "Change name",
  },
  link: {
    foreign: "This invitation belongs to another server than this app. Open it in the browser.",
    nothing: "This is no invitation. Copy the whole link, and try again.",
  },
  scan: {
    title: "Scan QR code",
    hint: "Hold the phone so that the code is in the picture.",
    allow: "Allow camera",
    denied: "The app may not use the camera. Allow it in the phone's settings, or paste the link.",
  },
  troubles: {
    offline: "The server cannot be reached. Look at your network, and try again.",
    refused: "This chat is full, or the link is wrong. Ask who sent it to free the seat or to send a new one.",
    rate: "Too much at once. Wait a minute, then try again.",
    unknown: "The server does not know you any more. Enter your name again.",
    broken: "Something broke on the server. Try again in a minute.",
  },
  openSettings: "Open settings",
  speakerOn: "Turn speaker on",
  speakerOff: "Turn speaker off",
};
