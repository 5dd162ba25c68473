import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { ChatStrings } from "../shared/i18n/en.ts";
import type { Member } from "../shared/protocol.ts";
import { NOTHING } from "../shared/client/snapshot.ts";
import { ChatPage } from "./call/ChatPage.tsx";
import { Incoming } from "./call/Incoming.tsx";
import { Stage } from "./call/Stage.tsx";
import { type CallStore, createCallStore } from "./call/store.ts";
import { isStaged, statusText, type View } from "./call/view.ts";

/** What the chat page hands over to the browser. */
export interface CallProps {
  chatId: string;
  userId: string;
  /** How many may join by the link; `null` where a host application says who is in the chat. */
  seats: number | null;
  /** Who is in the chat, until the signaling socket says so. */
  members: Member[];
  t: ChatStrings;
}

/** A chat and its calls: the only part of Zvonok that runs JavaScript in the browser. */
export default function Call({ chatId, userId, seats, members, t }: CallProps) {
  const store = useSignal<CallStore | null>(null);
  useEffect(() => {
    const opened = createCallStore(chatId);
    store.value = opened;
    // A browser may keep a page that was left, with its socket, for the way back: nobody would hear it ring there.
    const leave = ({ persisted }: PageTransitionEvent) => persisted && opened.client.close();
    const comeBack = ({ persisted }: PageTransitionEvent) => persisted && location.reload();
    addEventListener("pagehide", leave);
    addEventListener("pageshow", comeBack);
    return () => {
      removeEventListener("pagehide", leave);
      removeEventListener("pageshow", comeBack);
      opened.client.close();
    };
  }, [chatId]);

  const rendered = { [chatId]: members };
  const latest = store.value?.snapshot.value ?? NOTHING;
  const snapshot = { ...latest, members: { ...rendered, ...latest.members } };
  const view: View = { t, chatId, userId, seats, snapshot, actions: store.value?.client ?? null };
  const { call } = snapshot;

  return (
    <>
      <p class="unseen" role="status">{statusText(view)}</p>
      {isStaged(call) ? <Stage view={view} phase={call} /> : <ChatPage view={view} />}
      {call.phase === "incoming" && <Incoming view={view} phase={call} />}
    </>
  );
}
