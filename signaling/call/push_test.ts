/** A callee without devices, who may be reached by push (R21), event by event. */

import { answer, BOB, CALL, Chat, OTHER_CALL, rings, table } from "../../tests/support/arbiter_chat.ts";

const gone = () => new Chat().with({ devices: [], push: true });
const placed = () => {
  const chat = gone();
  chat.initiate();
  return chat;
};

table([
  {
    name: "[R21] a callee without devices may be reached by push: the caller is told nothing until then",
    from: gone,
    when: (chat) => chat.initiate(),
    delivers: [],
    leaves: "ringing",
  },
  {
    name: "[R21] without push nobody is there",
    from: () => new Chat().with({ devices: [] }),
    when: (chat) => chat.initiate(),
    delivers: ["ann.laptop call:error USER_OFFLINE", "bob call:missed offline"],
    leaves: "none",
  },
  {
    name: "[R21] nobody was reached: the caller is told so, and the call is a missed one",
    from: placed,
    when: (chat) => [...chat.unreached(OTHER_CALL), ...chat.unreached(), ...chat.unreached()],
    delivers: ["ann.laptop call:error USER_OFFLINE", "bob call:missed offline"],
    leaves: "none",
  },
  {
    name: "[R21] a device that was opened rings for the time left, and answers",
    from: placed,
    when: (chat) => [
      ...chat.after(4_000),
      ...chat.connect(BOB),
      ...rings(BOB)(chat),
      ...chat.unreached(),
      ...chat.say(BOB, { type: "call:answer", answer }),
    ],
    delivers: ["bob.phone call:offer", "ann.laptop call:ringing", "ann.laptop call:answer"],
    leaves: "connected",
  },
  {
    name: "[R4] a call that only push tells of rings no longer than others",
    from: placed,
    when: (chat) => [...chat.after(29_999), ...chat.after(1)],
    delivers: ["ann.laptop call:end timeout", "bob call:missed timeout"],
    leaves: "none",
  },
  {
    name: "[R9] who is in a call is not rung by push either",
    from: () => new Chat().with({ devices: [], push: true, busy: { calleeBusy: true } }),
    when: (chat) => chat.initiate(),
    delivers: ["ann.laptop call:rejected busy", "bob call:missed busy"],
    leaves: "none",
  },
  {
    name: "[R8, R21] a decline without a page: the caller learns it, devices that came stop, a repeat is nothing",
    from: placed,
    when: (chat) => [...chat.connect(BOB), ...chat.decline(), ...chat.decline()],
    delivers: ["bob.phone call:offer", "ann.laptop call:rejected declined", "bob.phone call:end rejected-elsewhere"],
    leaves: "none",
  },
  {
    name: "[R21] only the callee declines, and only the call that rings",
    from: placed,
    when: (chat) => [...chat.decline("ann"), ...chat.decline("eve"), ...chat.decline("bob", OTHER_CALL)],
    delivers: [],
    leaves: "ringing",
  },
  {
    name: "[R21] a decline that comes after the answer is nothing",
    from: () => {
      const chat = placed();
      chat.connect(BOB);
      chat.say(BOB, { type: "call:answer", answer });
      return chat;
    },
    when: (chat) => chat.decline("bob", CALL),
    delivers: [],
    leaves: "connected",
  },
]);
