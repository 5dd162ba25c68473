/** What a button of a device is in every state that the device can have: for the eye, the finger and a screen reader. */

import assert from "node:assert/strict";
import { h } from "preact";
import { Controls } from "../../components/call/stage/Controls.tsx";
import type { DeviceState, View } from "../../components/call/view.ts";
import { NOTHING } from "../../shared/client/snapshot.ts";
import type { CallActions, CallInfo } from "../../shared/client/state.ts";
import { type Locale, strings } from "../../shared/i18n/i18n.ts";
import { renderToString } from "../support/render.ts";

const call: CallInfo = { chatId: "chat", callId: "call", role: "caller", media: "video", peer: null };
const PHASE = { phase: "connected", call, since: 0 } as const;

/** A call in which camera and microphone have the same state. */
function viewWith(state: DeviceState, locale: Locale, actions: Partial<CallActions> = {}): View {
  const isSent = state === "on";
  const held = state === "on" || state === "off" ? null : state;
  const local = { ...NOTHING.local, microphone: isSent, camera: isSent, held: { microphone: held, camera: held } };
  const snapshot = { ...NOTHING, call: PHASE, local };
  return {
    t: strings(locale).chat,
    chatId: "chat",
    userId: "ann",
    seats: 2,
    mine: true,
    actions: actions as CallActions,
    snapshot,
  };
}

const buttons = (view: View) =>
  renderToString(h(Controls, { view, phase: PHASE, openSettings: () => {} })).match(/<button.*?<\/button>/g)!;

const attribute = (button: string, name: string) => new RegExp(`\\s${name}="([^"]*)"`).exec(button)?.[1];

/** What it looks like, whether it is busy, whether pressing it turns it on, and whether a word says why. */
const TABLE: [
  state: DeviceState,
  look: string,
  isBusy: boolean,
  turnsOn: boolean,
  says: "opening" | "systemMuted" | null,
][] = [
  ["off", "round off", false, true, null],
  ["opening", "round", true, false, "opening"],
  ["on", "round", false, false, null],
  ["muted", "round off", false, false, "systemMuted"],
];

for (const locale of ["en", "ru"] as const) {
  for (const [state, look, isBusy, turnsOn, says] of TABLE) {
    Deno.test(`controls: a device that is ${state}, in ${locale}`, () => {
      const view = viewWith(state, locale);
      const { t } = view;
      const names = { microphone: [t.mute, t.unmute], camera: [t.cameraOff, t.cameraOn] };
      for (const [at, device] of (["microphone", "camera"] as const).entries()) {
        const button = buttons(view)[at]!;
        const name = names[device][turnsOn ? 1 : 0]!;
        assert.equal(attribute(button, "class"), look);
        assert.equal(attribute(button, "aria-busy"), isBusy ? "true" : undefined);
        assert.equal(attribute(button, "aria-label"), name);
        const why = says === null ? "" : `${t[says][device]}. `;
        assert.equal(attribute(button, "title"), `${why}${name} (${device === "camera" ? "V" : "M"})`);
      }
    });
  }
}
