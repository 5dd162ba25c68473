/** The shape of what the phone's app says. */

import type { ChatStrings } from "./chat_strings.ts";
import type { ProblemStrings } from "./problem_strings.ts";

/** What is said by the app alone, and what it says otherwise, since it is no page in a browser. */
export interface PhoneStrings {
  /** In place of the call component's. */
  readonly chat: Pick<ChatStrings, "preparingHint" | "noWebRtc"> & {
    readonly outcomes: Pick<
      ChatStrings["outcomes"],
      "incompatible" | "unsupported" | "answered-elsewhere" | "rejected-elsewhere" | "already-in-call"
    >;
    readonly signaling: Pick<ChatStrings["signaling"], "replaced" | "unauthorized">;
  };
  readonly problems: Pick<ProblemStrings, "causes" | "missing">;
  /** The first screen. */
  readonly lobby: Readonly<
    Record<"headline" | "hosted" | "invited" | "link" | "open" | "paste" | "scan" | "chats" | "back" | "name", string>
  >;
  /** What is wrong with a link. */
  readonly link: Readonly<Record<"foreign" | "nothing", string>>;
  readonly scan: Readonly<Record<"title" | "hint" | "allow" | "denied", string>>;
  /** Why the server did not do it. */
  readonly troubles: Readonly<Record<"offline" | "refused" | "rate" | "unknown" | "broken", string>>;
  readonly openSettings: string;
  /** Where the other side is heard. */
  readonly speakerOn: string;
  readonly speakerOff: string;
}
