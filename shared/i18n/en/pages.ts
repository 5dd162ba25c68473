/** English: the pages that the server renders whole. */

import type { PageStrings } from "../strings.ts";

export const pages: PageStrings = {
  page: {
    brand: "Zvonok",
    home: "Zvonok, start page",
    toLobby: "Go to the start page",
    noScript: "Calls need JavaScript. Turn it on for this page to call or be called.",
    notFoundTitle: "There is nothing here",
    notFoundText: "The address may be mistyped, or the page is gone.",
    again: "Try again",
    offlineTitle: "There is no network",
    offlineText: "Calls need one. This page comes back by itself as soon as the server can be reached again.",
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
    missed: "Missed calls: {n}",
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
    clear: "Clear the calls…",
    clearText: "Your list of calls in this chat becomes empty. The other person keeps theirs.",
    clearNow: "Clear the list",
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
};
