import * as Clipboard from "expo-clipboard";
import { useState } from "react";
import { Share, StyleSheet, View as Box } from "react-native";
import { isOut, others } from "../../components/call/view.ts";
import { useApp } from "../app/app_context.ts";
import { brand } from "../app/brand.ts";
import { titleOf, type View } from "../app/view.ts";
import { Button } from "../parts/Button.tsx";
import { Page } from "../parts/Page.tsx";
import { Person } from "../parts/Person.tsx";
import { StreamVideo } from "../parts/StreamVideo";
import { Body, Card, Heading, Hint, Notice, Title } from "../parts/text.tsx";
import { invitationTo } from "../session/links.ts";
import type { Trouble } from "../session/session.ts";
import { troubleText } from "../session/trouble.ts";
import { Calls } from "./Calls.tsx";
import { Notices } from "./Notices.tsx";
import { Panel } from "./Panel.tsx";

/** A chat between calls: who is here, how to call, and how to invite. */
export function Chat({ view }: { view: View }) {
  const { words, go } = useApp();
  const { t, theme, chatId, userId, snapshot, actions } = view;
  const peers = others(view, chatId);
  const me = snapshot.members[chatId]?.find(({ id }) => id === userId);
  const [chosen, choose] = useState<string | null>(null);
  const [isPanelOpen, setIsPanelOpen] = useState(false);
  const callee = peers.find(({ id }) => id === chosen) ?? peers[0];
  const isReady = snapshot.signaling === "open";
  const isAlone = peers.length === 0;
  const call = (media: "video" | "audio") => actions?.call(chatId, media, callee?.id);

  if (isOut(view)) return <Outsider view={view} />;
  return (
    <Page theme={theme}>
      <Title theme={theme}>{titleOf(view)}</Title>
      <Notices view={view} />
      {isAlone && <Invitation view={view} />}
      <Card theme={theme} name={t.people}>
        {isAlone && <Hint theme={theme}>{t.alone}</Hint>}
        {peers.map(({ id, name, online }) => <Person key={id} theme={theme} name={name} online={online} t={t} />)}
        {me && <Person theme={theme} name={me.name} online={null} t={t} />}
        {peers.length > 1 && (
          <Box role="radiogroup" aria-label={t.whom} style={styles.row}>
            {peers.map(({ id, name }) => (
              <Button
                key={id}
                theme={theme}
                name={name}
                isChosen={id === callee?.id}
                onPress={() => choose(id)}
              />
            ))}
          </Box>
        )}
        <Button
          theme={theme}
          name={t.videoCall}
          icon="video"
          purpose={isAlone ? "plain" : "accent"}
          disabled={!isReady}
          onPress={() => call("video")}
        />
        <Button theme={theme} name={t.audioCall} icon="phone" disabled={!isReady} onPress={() => call("audio")} />
        {!snapshot.checking && <Button theme={theme} name={t.check} onPress={() => actions?.check(true)} />}
        <Button theme={theme} name={t.settings} onPress={() => setIsPanelOpen(true)} />
      </Card>
      {snapshot.checking && <DeviceCheck view={view} />}
      <Calls view={view} />
      <OwnPlace view={view} />
      <Button theme={theme} name={words.phone.lobby.back} onPress={() => go({ type: "back" })} />
      {isPanelOpen && <Panel view={view} close={() => setIsPanelOpen(false)} />}
    </Page>
  );
}

/** The link that invites the other person. */
function Invitation({ view: { t, theme, chatId } }: { view: View }) {
  const [isCopied, setIsCopied] = useState(false);
  const link = invitationTo(brand.server, chatId);

  async function copy() {
    await Clipboard.setStringAsync(link);
    setIsCopied(true);
  }

  return (
    <Card theme={theme} name={t.invite}>
      <Heading theme={theme}>{t.invite}</Heading>
      <Hint theme={theme}>{t.inviteText}</Hint>
      <Body theme={theme} selectable aria-label={`${t.link}: ${link}`}>{link}</Body>
      <Button theme={theme} name={isCopied ? t.copied : t.copy} purpose="accent" onPress={copy} />
      <Button theme={theme} name={t.share} onPress={() => Share.share({ message: link }).catch(() => {})} />
    </Card>
  );
}

/** A look at the camera before any call. */
function DeviceCheck({ view: { t, theme, snapshot: { local }, actions } }: { view: View }) {
  return (
    <Card theme={theme} name={t.check}>
      {local.camera && local.stream !== null && (
        <StreamVideo stream={local.stream} label={t.localVideo} mirror style={styles.preview} />
      )}
      <Button theme={theme} name={t.panel.done} onPress={() => actions?.check(false)} />
    </Card>
  );
}

/** Leaving a chat takes a second press. */
function OwnPlace({ view: { theme, chatId } }: { view: View }) {
  const { session, words, go } = useApp();
  const [isAsked, setIsAsked] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);

  async function leave() {
    const failed = await session.leave(chatId);
    setTrouble(failed);
    if (failed === null) go({ type: "back" });
  }

  if (session.isHosted) return null;
  return (
    <Card theme={theme} name={words.own.title}>
      {trouble !== null && <Notice theme={theme} text={troubleText(words, trouble)} isAlert />}
      {isAsked
        ? (
          <>
            <Hint theme={theme}>{words.own.leaveText}</Hint>
            <Button theme={theme} name={words.own.leaveNow} onPress={leave} />
          </>
        )
        : <Button theme={theme} name={words.own.leave} onPress={() => setIsAsked(true)} />}
    </Card>
  );
}

/** This person's seat was freed, or a host application took them out. */
function Outsider({ view }: { view: View }) {
  const { session, words, go } = useApp();
  const { t, theme, chatId } = view;
  return (
    <Page theme={theme}>
      <Title theme={theme}>{titleOf(view)}</Title>
      <Notice theme={theme} text={session.isHosted ? t.out.hosted : t.out.text} isAlert>
        {!session.isHosted && (
          <Button
            theme={theme}
            name={t.out.again}
            onPress={() => go({ type: "link", link: { to: "chat", chatId }, isMember: false })}
          />
        )}
      </Notice>
      <Notices view={view} />
      <Calls view={view} />
      <Button theme={theme} name={words.phone.lobby.back} onPress={() => go({ type: "back" })} />
    </Page>
  );
}

const styles = StyleSheet.create({
  row: { flexDirection: "row", flexWrap: "wrap", gap: 10 },
  preview: { width: "100%", aspectRatio: 4 / 3, borderRadius: 16, overflow: "hidden" },
});
