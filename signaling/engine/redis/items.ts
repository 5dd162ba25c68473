/** What the log says of what happened: no more than all processes have to know. */

import type { Endpoint } from "../../call/parties.ts";
import type { Membership } from "../engine.ts";
import type { Item, SharedEvent } from "./replica.ts";

/** What the log says of an event: no more than all have to know. */
export function itemOf(event: SharedEvent, id: string): Item {
  return { type: "event", event: lean(event), id };
}

function lean(event: SharedEvent): SharedEvent {
  switch (event.type) {
    case "token":
      return { ...event, membership: leanMembership(event.membership) };
    case "connect":
      return {
        ...event,
        from: leanEndpoint(event.from),
        membership: event.membership && leanMembership(event.membership),
      };
    case "free":
    case "unreached":
    case "decline":
      return event;
    default:
      return { ...event, from: leanEndpoint(event.from) };
  }
}

const leanEndpoint = ({ user, device }: Endpoint): Endpoint => ({ user, device });
const leanMembership = ({ userId, name, chats, own, isGuest, issuedAt }: Membership): Membership => ({
  userId,
  name,
  chats,
  ...(own === undefined ? {} : { own }),
  isGuest,
  issuedAt,
});
