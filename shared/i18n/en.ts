/** English. */

import type { ProblemStrings, Strings } from "./strings.ts";

const noWebRtc =
  "This browser has no WebRTC, or something turned it off: look through its extensions and settings, or take " +
  "another browser.";

const problems: ProblemStrings = {
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

/** English. */
export const en: Strings = {
  switchTo: { locale: "ru", label: "Русский" },
  page: {
    brand: "Zvonok",
    home: "Zvonok, start page",
    toLobby: "Go to the start page",
    noScript: "Calls need JavaScript. Turn it on for this page to call or be called.",
    notFoundTitle: "There is nothing here",
    notFoundText: "The address may be mistyped, or the page is gone.",
    again: "Try again",
    refusals: {
      rate: {
        title: "Too much at once",
        text: "Too many requests came from your network. Nothing was done. Wait {n} s, then try again.",
      },
      size: {
        title: "That was too much text",
        text: "The form holds more than this server takes. Go back, shorten what you wrote and send it again.",
      },
      entry: {
        title: "You could not be let in",
        text: "The application you came from sent you here with a pass that is not valid, or not any more. " +
          "Go back to it and open the chat from there again.",
      },
      origin: {
        title: "Please do that once more",
        text: "The form did not come from a page of this site, so nothing was done. Open the page here and try again.",
      },
      address: {
        title: "This link is broken",
        text: "There are characters in its address that do not belong there. Ask for the link again, or copy it whole.",
      },
      other: {
        title: "That did not work",
        text: "The server could not accept this request. Open the page again and try once more.",
      },
      broken: {
        title: "Something broke on our side",
        text: "It is not your fault, and your chats are safe. Try again in a minute.",
      },
    },
  },
  form: {
    name: "Your name",
    nameHint: "The other person sees it when you call.",
    nameError: "Write a name of 1 to 64 characters, with something to see in it, on one line.",
  },
  lobby: {
    title: "Zvonok — video calls for two",
    headline: "Send one person a link and talk face to face, right in the browser.",
    newChat: "New chat",
    hosted: "Chats here are started by the application you came from. Open a chat there to call.",
    chats: "Your chats",
    nobody: "Nobody has joined yet",
    doctor: "Will calls work here?",
    late: "This page was open for too long. Start the chat once more, please.",
  },
  join: {
    title: "You are invited to a chat",
    text: "Join to call the person who sent you this link. Nobody sees or hears you until you answer a call.",
    as: "You will join as {name}.",
    button: "Join chat",
    deniedTitle: "Access denied",
    deniedText: "This chat is full, or the link is wrong. If you joined it before, open it in that browser or app. " +
      "Otherwise ask who sent you the link to free the seat or to send a new link, or start a chat yourself.",
    hosted: "This chat belongs to another application. Sign in there and open the chat from it.",
    framedTitle: "This call needs a tab of its own",
    framedText:
      "The page is shown inside another site, and there your browser keeps no cookies for it. Without one, the " +
      "server cannot know who you are.",
    newTab: "Open in a new tab",
    late: "This page was open for too long. Join once more, please.",
    cookielessTitle: "This browser keeps no cookies",
    cookielessText:
      "Without them you could not be told from a stranger a moment later, so no chat was started, and no " +
      "seat was taken. Allow cookies for this site. If the link opened inside another app, open it in Chrome, Safari or " +
      "Firefox instead: look for “Open in browser” in the app's menu.",
  },
  own: {
    title: "Your place in this chat",
    device: "Use on another device",
    leave: "Leave chat…",
    leaveOf: "Leave chat: {name}",
    leaveText: "Your seat becomes free for whoever has the link, and the chat is gone from your list.",
    leaveNow: "Leave chat",
  },
  device: {
    title: "Use on another device",
    text: "Open this link on your phone or other computer within {n} minutes. Calls will ring on both.",
    link: "Link for your other device",
    secret: "Whoever opens it first calls in your name: keep it to yourself. It works once.",
    back: "Back to the chat",
    hereTitle: "Use this device as well?",
    who: "You will be {name} here.",
    hereText:
      "You will be the same person here as on the device that the link comes from, and calls will ring on both.",
    replaces: "Here you are {name} now. If you go on, this browser forgets that, and the chats that belong to it.",
    noScript: "This link needs JavaScript. Turn it on for this page.",
    button: "Use this device",
    spentTitle: "This link does not work any more",
    spentText:
      "It works once, and for ten minutes. Make a new one on your other device: open the chat there and press " +
      "“Use on another device”.",
  },
  chat: {
    title: "Chat with {name}",
    titleAlone: "Your new chat",
    somebody: "The other person",
    seat: {
      free: "Free this seat…",
      text: "{name} is put out of this chat, a call with them ends, and whoever opens the link first takes the seat.",
      now: "Free the seat",
    },
    out: {
      title: "You are not in this chat any more",
      text: "You left it, or your seat was freed. While a seat is free, you can join again.",
      hosted: "The application that this chat belongs to took you out of it. Open it again from there.",
      again: "Join again",
    },
    people: "Who is here",
    whom: "Whom to call",
    you: "you",
    online: "online",
    offline: "offline",
    alone: "The second seat is free.",
    invite: "Invitation",
    inviteText: "Send this link to one person: whoever joins first takes the second seat.",
    inviteMany: "Whoever you send this link to can join, until all {n} seats are taken.",
    link: "Link to this chat",
    copy: "Copy link",
    copied: "Copied",
    share: "Share…",
    videoCall: "Video call",
    audioCall: "Audio call",
    tryAgain: "Try again",
    callWithout: { video: "Call without camera and microphone", audio: "Call without microphone" },
    callAgain: "Call again",
    callBack: "Call back",
    openChat: "Open chat",
    doctor: "Find out why",
    close: "Close",
    signaling: {
      connecting: "Connecting to the server… Calls will work in a moment.",
      replaced: "Zvonok is open in a newer tab, and calls ring there.",
      unauthorized: "The server does not know you any more: your session is over, or the server was restarted. " +
        "Start a new chat and send its link again.",
      signedOut: "Your session here has ended. Open this chat again from the application it belongs to.",
      cookiesInFrame:
        "Your browser keeps no cookies for this page inside another site, so the server cannot know who " +
        "you are. Open it in a tab of its own.",
      cookiesOff:
        "Your browser keeps no cookies for this page, so the server cannot know who you are. Allow cookies for " +
        "this site, then load the page again.",
    },
    newTab: "Open in a new tab",
    reload: "Load again",
    useHere: "Use this tab",
    incoming: { video: "{name} is calling you with video", audio: "{name} is calling you" },
    ringTitle: "{name} is calling",
    secondsLeft: "{n} s left to answer",
    accept: "Accept",
    acceptAudio: "Accept without video",
    decline: "Decline",
    cancel: "Cancel",
    hangUp: "Hang up",
    mute: "Mute microphone",
    unmute: "Unmute microphone",
    cameraOff: "Turn camera off",
    cameraOn: "Turn camera on",
    ratings: ["very weak", "weak", "good", "excellent"],
    sends: "You",
    receives: "{name}",
    steps: {
      own: {
        low: "Weak network: your video is smaller",
        paused: "Weak network: your video is paused, your voice goes on",
        audio: "Very weak network: only your voice is sent",
      },
      theirs: {
        low: "{name} has a weak network: the video is smaller",
        paused: "{name} has a weak network: the video is paused",
        audio: "{name} has a very weak network: there is only the voice",
      },
    },
    statistics: {
      title: "Statistics",
      sent: "Sent",
      received: "Received",
      rate: "kbit/s",
      loss: "Packets lost",
      picture: "Picture, per second",
      encoding: "Encoding",
    },
    history: {
      title: "Calls",
      older: "Older calls",
      missed: "Missed call from {name}",
      outgoing: "You called {name}",
      incoming: "{name} called",
      noTalk: "not connected",
      ms: "{n} ms",
      megabytes: "{n} MB",
      ring: "Until it rang",
      answer: "Until the answer",
      ice: "From the answer to the connection",
      frame: "From the answer to the first picture",
      path: "Path",
      direct: "Direct",
      relayed: "Relayed",
      codecs: "Codecs",
      reconnects: "Reconnects",
      rtt: "Round trip",
      lossSent: "Lost of what was sent",
      lossReceived: "Lost of what was received",
      sent: "Sent",
      received: "Received",
    },
    switchCamera: "Switch camera",
    check: "Check camera and microphone",
    panel: {
      devices: "Devices",
      camera: "Camera",
      microphone: "Microphone",
      speaker: "Speaker",
      system: "System default",
      level: "Microphone level",
      done: "Done",
      video: "Video",
      saver: "Use less data",
      saverHint: "Smaller pictures, in both directions",
      codec: "Video codec",
      codecAuto: "Automatic",
    },
    gone: {
      with: {
        camera: "The camera was unplugged. Now you are seen by: {name}.",
        microphone: "The microphone was unplugged. Now you are heard by: {name}.",
      },
      without: {
        camera: "The camera was unplugged, and there is no other. You are not seen.",
        microphone: "The microphone was unplugged, and there is no other. Plug one in to be heard.",
        speaker: "The speaker was unplugged. Now you hear through the system's default.",
      },
      back: "Plugged in, and in use now: {name}.",
    },
    opening: { microphone: "The microphone is starting", camera: "The camera is starting" },
    systemMuted: {
      microphone: "Your microphone is muted by the system, or by a switch on it",
      camera: "Your camera is turned off by the system, or covered",
    },
    shareScreen: "Share screen",
    stopSharing: "Stop sharing",
    sharing: "You are sharing your screen",
    fullScreen: "Full screen",
    settings: "Settings",
    verification: {
      title: "Is this call private?",
      how: "Read these digits to each other. If both of you see the same, nobody is between you, and not even this " +
        "server can listen.",
      digits: "Digits to compare",
      working: "They are here in a moment, once you are connected.",
      changed: "The digits are new, because the connection is. Compare them once more.",
      differ: "If they differ, hang up: somebody may be listening.",
    },
    tapToHear: "Tap to hear",
    remoteScreen: "Remote screen",
    remoteVideo: "Remote video",
    localVideo: "Local video",
    peerCameraOff: "Camera is off",
    peerMuted: "Microphone is off",
    callGoesOn: "The server is out of reach for a moment. Your call goes on.",
    lastCall: "The server does not know you any more. This call goes on; for the next one, start a new chat.",
    lastCallSignedOut: "Your session here has ended. This call goes on; for the next one, open the chat again.",
    status: {
      preparing: "Starting…",
      calling: "Calling…",
      ringing: "Ringing…",
      connecting: "Connecting…",
      connected: "Connected",
      reconnecting: "Reconnecting…",
      ended: "Call ended",
    },
    preparingHint: {
      video: "If the browser asks, allow the camera and microphone.",
      audio: "If the browser asks, allow the microphone.",
    },
    endedAfter: "You talked for {time}.",
    endedByMe: "You ended it.",
    declinedByMe: "You declined it.",
    nobodyYet: "Nobody else is in this chat yet. Send the link first.",
    startPage: "Start page",
    outcomes: {
      hangup: "{name} hung up.",
      failed: "Your two networks found no way to each other, although every route this server offers was tried. " +
        "Another network (mobile data, for example) may help; for good, the server needs a TURN relay.",
      incompatible: "Your browser and {name}'s did not agree on how to talk: one does not take what the other sends. " +
        "Update both, or call from another browser.",
      "security-error": "The encrypted connection to {name} could not be set up, so nothing was sent. " +
        "Something in between may interfere: try without a VPN or antivirus web protection, or on another network.",
      unsupported: "One of your two browsers has no WebRTC, or has it switched off, so there can be no call. " +
        "Allow it in the settings and add-ons, or take another browser.",
      cancelled: "The call was cancelled before anybody answered.",
      timeout: "Nobody answered.",
      "answered-elsewhere": "It was answered on another device or in another tab.",
      "rejected-elsewhere": "It was declined on another device or in another tab.",
      "connection-lost": "The connection was lost and did not come back. Call again when the network is steady.",
      shutdown: "The server is restarting. Call again in a minute.",
      declined: "{name} declined the call.",
      busy: "{name} is in another call. Try again a little later.",
      offline: "{name} is offline, and will find your missed call.",
      "access-denied": "You are not in this chat any more. Ask for a new link.",
      "already-in-call": "You are in a call already, in another tab or on another device. Finish it first.",
      unavailable: "The server did not take the call. Try again in a moment.",
    },
    noWebRtc: { title: "This browser cannot make calls", text: noWebRtc },
    problems: {
      ...problems,
      titles: {
        camera: "The camera did not start",
        microphone: "The microphone did not start",
        both: "Camera and microphone did not start",
        screen: "The screen cannot be shared",
      },
      inCall: {
        camera: "You are not seen",
        microphone: "You are not heard",
        both: "You are neither seen nor heard",
      },
    },
    missed: { video: "Missed video call from {name}", audio: "Missed call from {name}" },
  },
  doctor: {
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
    missed: "Missed call from {name}",
    openChat: "Open chat",
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
      unnamed: "This needs a name first: start or join a chat, then come back.",
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
        text: "The server does not know you yet. Start or join a chat, then come back.",
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
  },
};
