/** What the chat page shows between calls, by what it knows. */

import assert from "node:assert/strict";
import { h } from "preact";
import { ChatPage } from "../../components/call/chat/ChatPage.tsx";
import { rows } from "../../components/call/chat/Figures.tsx";
import type { View } from "../../components/call/view.ts";
import { NOTHING } from "../../shared/client/snapshot.ts";
import { strings } from "../../shared/i18n/i18n.ts";
import { receipt } from "../support/receipt.ts";
import { renderToString } from "../support/render.ts";

const t = strings("en").chat;
const ann = { id: "ann", name: "Ann", online: true };
const [bob, cat] = [{ ...ann, id: "bob", name: "Bob" }, { ...ann, id: "cat", name: "Cat" }];

function page(seats: number | null, members: typeof ann[] | null): string {
  const snapshot = { ...NOTHING, members: { chat: members } };
  const view: View = { t, chatId: "chat", userId: "ann", seats, mine: true, actions: null, snapshot };
  return renderToString(h(ChatPage, { view }));
}

const INVITED: [what: string, seats: number | null, members: typeof ann[], isInvited: boolean][] = [
  ["one of two seats is taken", 2, [ann], true],
  ["both seats are taken", 2, [ann, bob], false],
  ["a seat is free beside three people", 4, [ann, bob, cat], true],
  ["all of three seats are taken", 3, [ann, bob, cat], false],
  ["a host application says who is in the chat", null, [ann], false],
];

for (const [what, seats, members, isInvited] of INVITED) {
  Deno.test(`chat page: ${what}: ${isInvited ? "an invitation" : "nobody is invited"}`, () => {
    assert.equal(page(seats, members).includes(t.invite), isInvited);
  });
}

Deno.test("chat page: who is not in the chat any more can neither call nor invite", () => {
  const text = page(2, null);
  assert.ok(text.includes(t.out.title));
  for (const absent of [t.invite, t.videoCall, t.audioCall, t.people]) assert.ok(!text.includes(absent), absent);
});

Deno.test("history: a call without pictures does not say when the first one came", () => {
  const named = (media: "audio" | "video") =>
    rows({ ...receipt, frameMs: 400 }, media, t.history).map(([name]) => name);
  assert.ok(named("video").includes(t.history.frame));
  assert.deepEqual(named("audio"), named("video").filter((name) => name !== t.history.frame));
});
