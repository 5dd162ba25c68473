/** That the system mutes a device is read out: by a region that is there before its words, and by that alone. */

import assert from "node:assert/strict";
import { h } from "preact";
import Call from "../../islands/Call.tsx";
import { Muted } from "../../components/call/Muted.tsx";
import type { View } from "../../components/call/view.ts";
import { Badges } from "../../components/call/stage/Badges.tsx";
import { NOTHING } from "../../shared/client/snapshot.ts";
import { strings } from "../../shared/i18n/i18n.ts";
import { renderToString } from "../support/render.ts";

const t = strings("en").chat;

function muting(microphone: boolean, camera: boolean): View {
  const held = { microphone: microphone ? "muted" : null, camera: camera ? "muted" : null } as const;
  const local = { ...NOTHING.local, held };
  return { t, chatId: "chat", userId: "ann", seats: 2, mine: true, actions: null, snapshot: { ...NOTHING, local } };
}

const table: [microphone: boolean, camera: boolean, words: string][] = [
  [false, false, ""],
  [true, false, t.systemMuted.microphone],
  [false, true, t.systemMuted.camera],
  [true, true, `${t.systemMuted.microphone}. ${t.systemMuted.camera}`],
];

for (const [microphone, camera, words] of table) {
  Deno.test(`muted by the system: microphone ${microphone}, camera ${camera}: read out as "${words}"`, () => {
    assert.equal(
      renderToString(h(Muted, { view: muting(microphone, camera) })),
      `<p class="visually-hidden" role="status">${words}</p>`,
    );
  });
}

Deno.test("muted by the system: the page has the region before there is anything to say, beside the one for the call", () => {
  const page = renderToString(
    h(Call, { chatId: "chat", userId: "ann", seats: 2, members: [], calls: [], mine: true, t }),
  );
  assert.equal(page.match(/<p class="visually-hidden" role="status"><\/p>/g)?.length, 2);
});

Deno.test("muted by the system: what shows it is no region of its own", () => {
  const view = muting(true, true);
  const phase = { phase: "preparing", chatId: "chat", media: "video" } as const;
  const badges = renderToString(h(Badges, { view, phase }));
  assert.ok(badges.includes(t.systemMuted.microphone) && badges.includes(t.systemMuted.camera));
  assert.doesNotMatch(badges, /role="status"/);
});
