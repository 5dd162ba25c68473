/** The app on the screen of a test, at a server that the test plays. */

import { act, render, screen, userEvent } from "@testing-library/react-native";
import type { Locale } from "../../shared/i18n/i18n.ts";
import { Shell } from "../app/Shell.tsx";
import { type Words, wordsIn } from "../app/words.ts";
import type { AudioMode } from "../native/call_audio.ts";
import { Session } from "../session/session.ts";
import { FakeClient } from "./fake_client.ts";

/** How long a busy machine may take for what the server's answer brings. */
export const PATIENCE = { timeout: 20_000 };

/** When all tokens were signed, so that two of the same claims are the same, in s since 1970. */
const SIGNED_AT = Math.floor(Date.now() / 1000);

/** A token as the server signs them; nobody here looks at the signature. */
export function tokenFor(name: string, chats: readonly string[]): string {
  const claims = { sub: "ann", name, chats, iat: SIGNED_AT, exp: SIGNED_AT + 3600 };
  const base64url = (text: string) => Buffer.from(text).toString("base64url");
  return [JSON.stringify({ alg: "HS256" }), JSON.stringify(claims), "signature"].map(base64url).join(".");
}

/** What the server answers to a path; `null`: it cannot be reached. */
export type Server = (path: string, body: unknown) => { status: number; json: unknown } | null;

export interface Scene {
  readonly client: FakeClient;
  readonly session: Session;
  readonly words: Words;
  /** Paths that were asked, in order, with the token that was shown. */
  readonly asked: [path: string, token: string | null][];
  /** What is heard. */
  readonly audio: { modes: AudioMode[]; isSpeakerOn: boolean };
  press(name: string): Promise<void>;
  type(label: string, text: string): Promise<void>;
  /** The snapshot changes. */
  show(change: Parameters<FakeClient["show"]>[0]): Promise<void>;
}

/** Starts the app. `token`: of the session that it kept. */
export async function open(locale: Locale, token: string | null, server: Server = () => null): Promise<Scene> {
  const asked: Scene["asked"] = [];
  globalThis.fetch = (async (url: string, init: RequestInit) => {
    const path = String(url).replace("https://calls.example.org", "");
    asked.push([path, (init.headers as Record<string, string>).authorization ?? null]);
    const answer = server(path, init.body === undefined ? undefined : JSON.parse(String(init.body)));
    if (answer === null) throw new TypeError("Network request failed");
    return { ok: answer.status < 300, status: answer.status, json: () => Promise.resolve(answer.json) };
  }) as unknown as typeof fetch;
  let kept = token;
  const session = new Session({
    server: "https://calls.example.org",
    vault: {
      read: () => Promise.resolve(kept),
      write: (text) => {
        kept = text;
        return Promise.resolve();
      },
    },
    hostToken: null,
    now: Date.now,
  });
  await session.start();
  const client = new FakeClient();
  const audio: Scene["audio"] = { modes: [], isSpeakerOn: false };
  const user = userEvent.setup();
  await render(
    <Shell
      session={session}
      makeClient={client.make}
      audioDevice={{ enter: (mode) => audio.modes.push(mode), setSpeaker: (on) => audio.isSpeakerOn = on }}
      callSystem={{ tell: () => {}, listen: () => {} }}
      locale={locale}
      onLocale={() => {}}
    />,
  );
  return {
    client,
    session,
    words: wordsIn(locale),
    asked,
    audio,
    press: async (name) => await user.press(await screen.findByRole("button", { name }, PATIENCE)),
    async type(label, text) {
      await user.type(await screen.findByLabelText(label, {}, PATIENCE), text);
    },
    show: async (change) => await act(async () => client.show(change)),
  };
}
