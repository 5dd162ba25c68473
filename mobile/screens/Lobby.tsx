import * as Clipboard from "expo-clipboard";
import { useState } from "react";
import { Pressable, StyleSheet, View as Box } from "react-native";
import { others } from "../../components/call/view.ts";
import { fill } from "../../shared/i18n/fill.ts";
import { useApp } from "../app/app_context.ts";
import { formatTime } from "../app/words.ts";
import { namesIn, type View } from "../app/view.ts";
import { Button } from "../parts/Button.tsx";
import { Field } from "../parts/Field.tsx";
import { NameField } from "../parts/NameField.tsx";
import { Page } from "../parts/Page.tsx";
import { Person } from "../parts/Person.tsx";
import { Body, Card, Heading, Hint, Notice, Title } from "../parts/text.tsx";
import { type Theme } from "../parts/theme.ts";
import { troubleText } from "../session/trouble.ts";
import type { Trouble } from "../session/session.ts";

interface LobbyProps {
  readonly theme: Theme;
  readonly note: "foreign" | "nothing" | null;
  /** Somebody's; `null`: nobody has said a name yet. */
  readonly view: View | null;
}

/** The first screen: make a chat, open an invitation, or return to a chat. */
export function Lobby({ theme, note, view }: LobbyProps) {
  const { session, words, go, openLink, switchLanguage } = useApp();
  const { person } = session;
  const [name, setName] = useState(person?.name ?? "");
  const [link, setLink] = useState("");
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [isBusy, setIsBusy] = useState(false);

  async function makeChat() {
    setIsBusy(true);
    const entered = name === person?.name ? null : await session.enter(name);
    const made = entered ?? await session.createChat();
    setIsBusy(false);
    if (typeof made === "string") setTrouble(made);
    else go({ type: "chat", chatId: made.chatId });
  }

  async function paste() {
    const text = await Clipboard.getStringAsync();
    setLink(text);
    openLink(text);
  }

  return (
    <Page theme={theme}>
      <Title theme={theme}>{words.phone.lobby.headline}</Title>
      {note !== null && <Notice theme={theme} text={words.phone.link[note]} isAlert />}
      {trouble !== null && trouble !== "name" && <Notice theme={theme} text={troubleText(words, trouble)} isAlert />}
      {session.isHosted ? <Body theme={theme}>{words.phone.lobby.hosted}</Body> : (
        <Card theme={theme}>
          <NameField theme={theme} words={words} value={name} trouble={trouble} onChange={setName} />
          <Button theme={theme} name={words.lobby.newChat} purpose="accent" disabled={isBusy} onPress={makeChat} />
        </Card>
      )}
      {view !== null && <Chats view={view} />}
      <Card theme={theme}>
        <Heading theme={theme}>{words.phone.lobby.invited}</Heading>
        <Field
          theme={theme}
          name={words.phone.lobby.link}
          value={link}
          autoCapitalize="none"
          autoComplete="off"
          keyboardType="url"
          onChange={setLink}
          onSubmitEditing={() => openLink(link)}
        />
        <Button theme={theme} name={words.phone.lobby.open} disabled={link === ""} onPress={() => openLink(link)} />
        <Button theme={theme} name={words.phone.lobby.paste} onPress={paste} />
        <Button theme={theme} name={words.phone.lobby.scan} onPress={() => go({ type: "scan" })} />
      </Card>
      <Button theme={theme} name={words.switchTo.label} onPress={switchLanguage} />
    </Page>
  );
}

/** Chats, newest first, with who is there, what was missed and the last call. */
function Chats({ view }: { view: View }) {
  const { session, words, go } = useApp();
  const { theme, t, snapshot } = view;
  const chats = [...session.person?.chats ?? []].reverse();
  if (chats.length === 0) return null;
  return (
    <Card theme={theme}>
      <Heading theme={theme}>{words.phone.lobby.chats}</Heading>
      {chats.map((chatId) => {
        const peers = others(view, chatId);
        const missed = snapshot.missed.filter((call) => call.chatId === chatId).length;
        const last = snapshot.history[chatId]?.[0];
        return (
          <Pressable
            key={chatId}
            role="button"
            aria-label={namesIn(view, chatId) || words.lobby.nobody}
            onPress={() => go({ type: "chat", chatId })}
            style={[styles.chat, { borderTopColor: theme.line }]}
          >
            {peers.length === 0
              ? <Hint theme={theme}>{words.lobby.nobody}</Hint>
              : peers.map(({ id, name, online }) => (
                <Person key={id} theme={theme} name={name} online={online} t={t} />
              ))}
            <Box>
              {missed > 0 && <Body theme={theme}>{fill(words.lobby.missed, { n: missed })}</Body>}
              {last !== undefined && <Hint theme={theme}>{formatTime(last.at, words.locale)}</Hint>}
            </Box>
          </Pressable>
        );
      })}
    </Card>
  );
}

const styles = StyleSheet.create({
  chat: { borderTopWidth: 1, paddingVertical: 10, minHeight: 56, gap: 4, justifyContent: "center" },
});
