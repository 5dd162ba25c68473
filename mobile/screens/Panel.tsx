import { useEffect, useState } from "react";
import { Modal, StyleSheet, Switch, View as Box } from "react-native";
import { SafeAreaProvider } from "react-native-safe-area-context";
import { digitsOf, fingerprintsOf } from "../../shared/client/call/verification.ts";
import { VIDEO_CODECS } from "../../shared/protocol/video_codecs.ts";
import type { View } from "../app/view.ts";
import { Button } from "../parts/Button.tsx";
import { Page } from "../parts/Page.tsx";
import { Body, Card, Heading, Hint, Title } from "../parts/text.tsx";
import { TARGET } from "../parts/theme.ts";
import { pbkdf2 } from "../platform/pbkdf2";

/** Settings; and in a call the digits to compare, and figures. */
export function Panel({ view, close }: { view: View; close: () => void }) {
  const { t, theme, snapshot: { call } } = view;
  const isTalking = call.phase === "connected" || call.phase === "reconnecting";
  return (
    <Modal animationType="none" onRequestClose={close}>
      <SafeAreaProvider>
        <Page theme={theme}>
          <Title theme={theme}>{t.settings}</Title>
          {isTalking && <Verification view={view} />}
          <Preferences view={view} />
          {isTalking && <Statistics view={view} />}
          <Button theme={theme} name={t.panel.done} purpose="accent" onPress={close} />
        </Page>
      </SafeAreaProvider>
    </Modal>
  );
}

/** Digits by which the two can tell, aloud, that nobody is between them. */
function Verification({ view: { t: { verification: t }, theme, actions } }: { view: View }) {
  const [digits, setDigits] = useState<readonly string[]>([]);
  /** What the first digits were made of. */
  const [first, setFirst] = useState<string | null>(null);
  const descriptions = actions?.descriptions() ?? null;
  const fingerprints = descriptions && fingerprintsOf(descriptions);

  useEffect(() => {
    if (fingerprints === null) return;
    let isCurrent = true;
    digitsOf(fingerprints, pbkdf2).then((found) => {
      if (!isCurrent) return;
      setDigits(found);
      setFirst((before) => before ?? fingerprints);
    });
    return () => {
      isCurrent = false;
    };
  }, [fingerprints]);

  return (
    <Card theme={theme} name={t.title}>
      <Heading theme={theme}>{t.title}</Heading>
      <Body theme={theme}>{t.how}</Body>
      {digits.length === 0 ? <Hint theme={theme}>{t.working}</Hint> : (
        <Box
          accessible
          aria-label={`${t.digits}: ${digits.map((group) => [...group].join(" ")).join(", ")}`}
          style={styles.digits}
        >
          {digits.map((group, at) => <Title key={at} theme={theme}>{group}</Title>)}
        </Box>
      )}
      {first !== null && fingerprints !== first && <Hint theme={theme} aria-live="polite">{t.changed}</Hint>}
      <Hint theme={theme}>{t.differ}</Hint>
    </Card>
  );
}

/** How video is sent: with little data, and by which codec. */
function Preferences({ view: { t: { panel: t }, theme, snapshot: { saver, codec }, actions } }: { view: View }) {
  return (
    <Card theme={theme} name={t.video}>
      <Box style={styles.switch}>
        <Box style={styles.words}>
          <Body theme={theme}>{t.saver}</Body>
          <Hint theme={theme}>{t.saverHint}</Hint>
        </Box>
        <Switch aria-label={t.saver} value={saver} onValueChange={(on) => actions?.setSaver(on)} />
      </Box>
      <Body theme={theme}>{t.codec}</Body>
      <Box style={styles.digits}>
        {[null, ...VIDEO_CODECS].map((name) => (
          <Button
            key={name}
            theme={theme}
            name={name?.replace("H264", "H.264") ?? t.codecAuto}
            isChosen={name === codec}
            onPress={() => actions?.setCodec(name)}
          />
        ))}
      </Box>
    </Card>
  );
}

/** The call in figures, second by second. */
function Statistics({ view: { t: { statistics: t, history }, theme, snapshot: { quality } } }: { view: View }) {
  if (quality === null) return null;
  const { sending, receiving, rttMs, path } = quality.sample;
  const line = (name: string, { kbps, width, height, fps }: typeof sending) =>
    `${name}: ${kbps} ${t.rate}${width === null ? "" : `, ${width} × ${height}, ${fps ?? "–"}`}`;
  return (
    <Card theme={theme} name={t.title}>
      <Heading theme={theme}>{t.title}</Heading>
      <Hint theme={theme}>{line(t.sent, sending)}</Hint>
      <Hint theme={theme}>{line(t.received, receiving)}</Hint>
      <Hint theme={theme}>
        {path === null ? "" : `${history[path]}. `}
        {history.rtt}: {rttMs === null ? "–" : `${Math.round(rttMs)} ms`}
      </Hint>
    </Card>
  );
}

const styles = StyleSheet.create({
  digits: { flexDirection: "row", flexWrap: "wrap", gap: 14 },
  switch: { flexDirection: "row", alignItems: "center", gap: 12, minHeight: TARGET },
  words: { flex: 1 },
});
