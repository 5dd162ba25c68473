import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
// Not for this island: what all islands share then comes in one file (see components/call/in_one_file.ts).
import "../shared/i18n/fill.ts";
import type { View } from "../components/call/view.ts";
import type { CallStore } from "../components/call/store.ts";
import type { ChatStrings } from "../shared/i18n/chat_strings.ts";
import type { Member } from "../shared/protocol/server_messages.ts";

type Calling = typeof import("../components/call/calling.ts");

/** What the lobby hands to this island. */
export interface RingsProps {
  userId: string;
  /** A host application says who is in which chat. */
  hosted: boolean;
  /** Who is in this user's chats, by chat. */
  members: Record<string, Member[]>;
  t: ChatStrings;
}

/** Calls of any chat, on a page that shows none: nothing is seen of it, and no more than a socket loaded, until it rings. */
export default function Rings({ userId, hosted, members, t }: RingsProps) {
  const taken = useSignal<{ readonly calling: Calling; readonly store: CallStore } | null>(null);
  useEffect(() => {
    const loadedAt = Date.now();
    const left = new AbortController();
    const onLeft = (end: () => void) => left.signal.addEventListener("abort", end);
    const leave = () => left.abort();
    // Where this script does not come, the lobby is what it is without.
    import("../components/call/listening.ts").then(({ listen, onPageLeft }) => {
      if (left.signal.aborted) return;
      onLeft(onPageLeft(leave));
      onLeft(listen({
        onMissed: (at) => at !== undefined && at > loadedAt && list(),
        onClientWanted: (platform) =>
          import("../components/call/calling.ts").then((calling) => {
            if (left.signal.aborted) return;
            const store = calling.createCallStore(null, [], platform);
            onLeft(() => store.client.close());
            taken.value = { calling, store };
            // A server that was replaced has other scripts, which its own lobby names; it says again what there is.
          }, () => location.reload()),
      }));
    }, () => {});
    return leave;
  }, []);

  const snapshot = taken.value?.store.snapshot.value ?? null;
  const phase = snapshot?.call.phase;
  useEffect(() => {
    if (phase === "ended") list();
  }, [phase]);
  if (taken.value === null || snapshot === null) return null;
  const { calling, store } = taken.value;
  const { call } = snapshot;
  const view: View = {
    t,
    chatId: "call" in call ? call.call.chatId : "",
    userId,
    seats: hosted ? null : 0,
    mine: false,
    snapshot: { ...snapshot, members: { ...members, ...snapshot.members } },
    actions: store.client,
  };
  return (
    <>
      <p class="visually-hidden" role="status">{calling.statusText(view)}</p>
      <calling.Muted view={view} />
      {calling.isStaged(call) ? <calling.Stage view={view} phase={call} /> : <calling.Notices view={view} />}
      <calling.Beside view={view} />
      {call.phase === "incoming" && <calling.Incoming view={view} phase={call} />}
    </>
  );
}

/** Asks the server for the list of chats, which says what was missed, and puts it in the place of this page's. */
async function list(): Promise<void> {
  const answer = await fetch(location.href).catch(() => null);
  if (!answer?.ok) return;
  const latest = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(CHATS);
  if (latest === null) return;
  document.querySelector(CHATS)?.replaceWith(document.adoptNode(latest));
  // static/times.js says when that was, in the reader's zone.
  dispatchEvent(new Event("zvonok:listed"));
}

const CHATS = ".chats ul";
