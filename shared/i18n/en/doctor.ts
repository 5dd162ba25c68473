/** English: Call Doctor. */

import type { DoctorStrings } from "../doctor_strings.ts";
import { noWebRtc, problems } from "./problems.ts";

export const doctor: DoctorStrings = {
  title: "Call Doctor — Zvonok",
  heading: "Call Doctor",
  intro: "Tries everything a call needs, here in your browser, and says what to do about what does not work. " +
    "Nobody sees or hears you, and nothing is kept.",
  noScript: "This check runs in your browser and needs JavaScript. Turn it on for this page.",
  start: "Start the check",
  again: "Run again",
  progress: "Checking: {done} of {all} done",
  running: "checking…",
  speak: "Say something.",
  toName: "Go to the start page",
  newTab: "Open in a new tab",
  copy: "Copy report",
  copied: "Copied",
  report: "Report",
  checks: {
    camera: "Camera",
    microphone: "Microphone",
    socket: "Server",
    stun: "Direct connection",
    udp: "Relay over UDP",
    tcp: "Relay over TCP",
    tls: "Relay over TLS",
  },
  grades: { good: "works", poor: "could be better", bad: "does not work", none: "not tried" },
  findings: {
    cameraGood: "“{label}” opens.",
    microphoneGood: "We hear you through “{label}”.",
    microphoneSilent:
      "“{label}” opens, but only silence comes from it. Check that it is not muted, by a switch on it " +
      "or in the system's settings, speak up, and run this again.",
    unnamed: "The server knows only whom its application sends: open a chat from there, then come back.",
    cookieless:
      "Your browser keeps no cookies for this page, so the server cannot know who you are. Allow cookies for " +
      "this site, or open the page in a tab of its own.",
    notTried: "The server did not answer, so there was nothing to try.",
    broken: noWebRtc,
    socketGood: "The server answers in {ms} ms.",
    socketSlow: "The server answers in {ms} ms. Calls work, but take a while to start.",
    socketBlocked:
      "Pages come through, but the socket that calls ring by does not. A proxy or a security program may " +
      "block WebSockets: try without it, or on another network.",
    socketDown: "The server does not answer. Check your internet connection; if it works, try again in a minute.",
    socketMute:
      "The socket opens, but nothing comes back over it. A proxy may hold messages back: try another network.",
    stunGood: "UDP gets out of your network: you can be connected directly with most people.",
    stunBlocked: "No answer over UDP. This network probably blocks it, so calls depend on a relay over TCP or TLS.",
    stunNone:
      "This server names no STUN server, so direct calls work within one network only. Whoever runs it can set " +
      "STUN_URLS.",
    turnGood: "Data goes through the relay and back in {ms} ms.",
    turnStuck: "The relay lets you in, but carries nothing. Whoever runs it should look at its ports and at which " +
      "peers it denies.",
    turnRefused: "The relay refuses the credentials that this server gives out. Whoever runs it should compare the " +
      "secrets of both.",
    turnFull: "The relay has no room for more. Try again later.",
    turnUnreachable: "The relay does not answer this way. Your network may block it, or the relay is down.",
    turnNoUdp: "This server has no such relay. Whoever cannot be connected directly depends on the other relays.",
    turnNoTcp: "This server has no such relay. It would help those whose network blocks UDP.",
    turnNoTls: "This server has no such relay. It would help those whose network lets only web traffic out.",
  },
  problems,
  verdicts: {
    good: { title: "Calls will work", text: "Everything that a call needs is there." },
    noCamera: { title: "Calls will work", text: "But without your picture: see what is wrong with the camera." },
    silent: { title: "Calls will work", text: "But you may not be heard: see what is wrong with the microphone." },
    onlyUdp: {
      title: "Calls will work from most networks",
      text: "From this one they will. But people whose network blocks UDP need a relay over TCP or TLS.",
    },
    brokenRelay: {
      title: "Calls will work from most networks",
      text: "From this one they will. But one of the relays does not work, and some networks may depend on it.",
    },
    noRelay: {
      title: "Calls will work from most networks",
      text: "But no relay works: where the other person's network or yours is strict, there is no way through.",
    },
    sameNetwork: {
      title: "Calls will work within one network",
      text: "But hardly beyond it, for there is neither a STUN server nor a relay that works.",
    },
    cookieless: {
      title: "Calls cannot work here",
      text: "Your browser keeps no cookies for this page. Allow them, or open the page in a tab of its own.",
    },
    unnamed: {
      title: "Only half of it could be checked",
      text: "The server knows only whom its application sends. Open a chat from there, then come back.",
    },
    noMicrophone: {
      title: "You would not be heard",
      text: "Calls go without your voice: see what is wrong with the microphone.",
    },
    noSocket: { title: "Calls cannot work", text: "There is no connection to the server that lets calls ring." },
    noWay: {
      title: "Calls cannot work",
      text:
        "At least not beyond this network: it blocks UDP, and no relay works. Try another one, such as mobile data.",
    },
  },
};
