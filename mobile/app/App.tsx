import { getLocales } from "expo-localization";
import { useEffect, useState } from "react";
import { CallClient } from "../../shared/client/client.ts";
import { audioDevice } from "../native/audio_device";
import { callSystem } from "../native/call_system";
import { reactNative } from "../platform/react_native.ts";
import { storage } from "../platform/storage";
import { Session } from "../session/session.ts";
import { vault } from "../session/vault";
import { brand } from "./brand.ts";
import type { MakeClient } from "./call_store.ts";
import { hostToken } from "./host.ts";
import { Shell } from "./Shell.tsx";
import { localeFor } from "./words.ts";

/** Where the language that was chosen is remembered. */
const LANGUAGE_KEY = "language";

const session = new Session({ server: brand.server, vault, hostToken, now: Date.now });

const makeClient: MakeClient = (onChange) => {
  const platform = reactNative(brand.server, session);
  return { client: new CallClient(platform, onChange), pastCalls: platform.transport.pastCalls };
};

/** The app on a phone: everything that `Shell` is handed. */
export function App() {
  const [isReady, setIsReady] = useState(false);
  const [chosen, setChosen] = useState(() => storage.kept.get(LANGUAGE_KEY));

  useEffect(() => {
    session.start().then(() => setIsReady(true));
  }, []);

  function choose(locale: string) {
    storage.kept.set(LANGUAGE_KEY, locale);
    setChosen(locale);
  }

  if (!isReady) return null;
  return (
    <Shell
      session={session}
      makeClient={makeClient}
      audioDevice={audioDevice}
      callSystem={callSystem}
      locale={localeFor(chosen, getLocales().map(({ languageCode }) => languageCode))}
      onLocale={choose}
    />
  );
}
