import { useEffect, useMemo, useReducer, useSyncExternalStore } from "react";
import { BackHandler, Keyboard, Linking, StatusBar, StyleSheet, View as Box } from "react-native";
import { SafeAreaProvider } from "react-native-safe-area-context";
import { isStaged } from "../../components/call/view.ts";
import type { Locale } from "../../shared/i18n/i18n.ts";
import { type AudioDevice, CallAudio } from "../native/call_audio.ts";
import { type CallSystem, SystemCalls } from "../native/system_calls.ts";
import { STAGE, type Theme, useTheme } from "../parts/theme.ts";
import { Chat } from "../screens/Chat.tsx";
import { Incoming } from "../screens/Incoming.tsx";
import { Join } from "../screens/Join.tsx";
import { Lobby } from "../screens/Lobby.tsx";
import { Scan } from "../screens/Scan.tsx";
import { SecondDevice } from "../screens/SecondDevice.tsx";
import { Stage } from "../screens/Stage.tsx";
import { linkIn } from "../session/links.ts";
import type { Session } from "../session/session.ts";
import { AppProvider } from "./app_context.ts";
import { brand } from "./brand.ts";
import { CallStore, type MakeClient, useSnapshot } from "./call_store.ts";
import { LOBBY, nextScreen } from "./screen.ts";
import type { View } from "./view.ts";
import { wordsIn } from "./words.ts";

interface ShellProps {
  /** Started. */
  readonly session: Session;
  readonly makeClient: MakeClient;
  readonly audioDevice: AudioDevice;
  readonly callSystem: CallSystem;
  readonly locale: Locale;
  /** The other language was chosen. */
  readonly onLocale: (locale: Locale) => void;
}

/** The whole app: a screen for what is chosen, and over it the call that there is. */
export function Shell({ session, makeClient, audioDevice, callSystem, locale, onLocale }: ShellProps) {
  const person = useSyncExternalStore(session.subscribe, () => session.person, () => session.person);
  const [screen, go] = useReducer(nextScreen, LOBBY);
  const words = useMemo(() => wordsIn(locale), [locale]);
  const system = useTheme();

  // The calls of all chats of one person; another person's are others.
  const userId = person?.userId ?? null;
  const calls = useMemo(() => {
    if (userId === null) return null;
    const store = new CallStore(makeClient);
    new SystemCalls(store, callSystem);
    return { store, audio: new CallAudio(store, audioDevice) };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- what makes them stays what it is
  }, [userId]);
  const snapshot = useSnapshot(calls?.store ?? null);
  useEffect(() => () => calls?.store.client.close(), [calls]);
  useEffect(() => {
    for (const chatId of person?.chats ?? []) calls?.store.watch(chatId);
  }, [calls, person?.chats]);

  const openLink = (text: string) => {
    const link = linkIn(text, brand.server, brand.scheme);
    go({ type: "link", link, isMember: link.to === "chat" && session.person?.chats.includes(link.chatId) === true });
  };
  useEffect(() => {
    Linking.getInitialURL().then((url) => url !== null && isOurs(url) && openLink(url));
    const links = Linking.addEventListener("url", ({ url }) => isOurs(url) && openLink(url));
    return () => links.remove();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `openLink` reads what it needs when it is called
  }, []);

  // What is said of a call once it is over is said on the screen of its chat.
  const { call } = snapshot;
  const callIn = !isStaged(call) ? null : "call" in call ? call.call.chatId : call.chatId;
  useEffect(() => {
    if (callIn !== null) go({ type: "chat", chatId: callIn });
  }, [callIn]);

  const isCalling = callIn !== null || call.phase === "incoming";
  useEffect(() => {
    if (isCalling) Keyboard.dismiss();
    if (screen.at === "lobby" || isCalling) return;
    const back = BackHandler.addEventListener("hardwareBackPress", () => {
      go({ type: "back" });
      return true;
    });
    return () => back.remove();
  }, [screen.at, isCalling]);

  const viewIn = (chatId: string, theme: Theme): View => ({
    t: words.chat,
    words,
    theme,
    chatId,
    userId: userId ?? "",
    seats: session.isHosted ? null : 2,
    mine: false,
    snapshot,
    actions: calls?.store.client ?? null,
  });
  const view = person === null ? null : viewIn(screen.at === "chat" ? screen.chatId : "", system);
  const context = { session, words, go, openLink, switchLanguage: () => onLocale(words.switchTo.locale) };
  return (
    <SafeAreaProvider>
      <AppProvider value={context}>
        <StatusBar />
        <Box style={[styles.fill, { backgroundColor: system.ground }, isCalling && styles.covered]}>
          {screen.at === "lobby" && <Lobby theme={system} note={screen.note} view={view} />}
          {screen.at === "scan" && <Scan theme={system} />}
          {screen.at === "device" && <SecondDevice theme={system} pass={screen.pass} />}
          {(screen.at === "join" || screen.at === "chat" && view === null) && (
            <Join theme={system} chatId={screen.chatId} />
          )}
          {screen.at === "chat" && view !== null && <Chat key={screen.chatId} view={view} />}
        </Box>
        {calls !== null && isStaged(call) && (
          <Stage view={viewIn(callIn ?? "", STAGE)} phase={call} audio={calls.audio} />
        )}
        {call.phase === "incoming" && <Incoming view={viewIn(call.call.chatId, STAGE)} phase={call} />}
      </AppProvider>
    </SafeAreaProvider>
  );
}

/** The system opens the app by other links too, such as that of its development server. */
const isOurs = (url: string) => /\/chat\/|\/device#/.test(url);

const styles = StyleSheet.create({
  fill: { flex: 1 },
  // What a call is over can neither be pressed nor read out, and is as it was after it.
  covered: { display: "none" },
});
