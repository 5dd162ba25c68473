import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { ChatStrings } from "../shared/i18n/chat_strings.ts";
import type { LoggedCall } from "../shared/protocol/logged_call.ts";
import type { Member } from "../shared/protocol/server_messages.ts";
import { NOTHING } from "../shared/client/snapshot.ts";
import { ChatPage } from "../components/call/chat/ChatPage.tsx";
import type { CallStore } from "../components/call/store.ts";
import "../components/call/in_one_file.ts";
import { Muted } from "../components/call/Muted.tsx";
import { isStaged, statusText, type View } from "../components/call/view.ts";

type Calling = typeof import("../components/call/calling.ts");

/** What the server's page hands to this island. */
export interface CallProps {
  chatId: string;
  userId: string;
  /** How many may join by the link; `null` where a host application says who is in the chat. */
  seats: number | null;
  /** Who is in the chat, until the signaling socket says so. */
  members: Member[];
  /** This user's calls there, until the server tells of others. */
  calls: LoggedCall[];
  /** This user made the chat, and may free its other seats. */
  mine: boolean;
  t: ChatStrings;
}

/** A chat and its calls. */
export default function Call({ chatId, userId, seats, members, calls, mine, t }: CallProps) {
  const store = useSignal<CallStore | null>(null);
  const calling = useSignal<Calling | null>(null);
  useEffect(() => {
    const left = new AbortController();
    const onLeft = (end: () => void) => left.signal.addEventListener("abort", end);
    const leave = () => left.abort();
    // The page can be read before the call client is loaded. static/reload_on_script_failure.js listens to both events.
    import("../components/call/calling.ts").then((loaded) => {
      if (left.signal.aborted) return;
      onLeft(loaded.onPageLeft(leave));
      const made = loaded.createCallStore(chatId, calls);
      onLeft(() => made.client.close());
      calling.value = loaded;
      store.value = made;
      dispatchEvent(new Event("zvonok:scripts-run"));
    }, () => dispatchEvent(new Event("zvonok:script-failed")));
    return leave;
  }, [chatId]);

  const rendered = { [chatId]: members };
  const latest = store.value?.snapshot.value ?? NOTHING;
  const snapshot = { ...latest, members: { ...rendered, ...latest.members } };
  const view: View = { t, chatId, userId, seats, mine, snapshot, actions: store.value?.client ?? null };
  const { call } = snapshot;
  const Calling = calling.value;

  return (
    <>
      <p class="visually-hidden" role="status">{statusText(view)}</p>
      <Muted view={view} />
      {Calling && isStaged(call) ? <Calling.Stage view={view} phase={call} /> : <ChatPage view={view} />}
      {Calling && <Calling.Beside view={view} />}
      {Calling && call.phase === "incoming" && <Calling.Incoming view={view} phase={call} />}
    </>
  );
}
