import { useEffect } from "react";
import { AccessibilityInfo, ScrollView, StyleSheet, View as Box } from "react-native";
import { SafeAreaView } from "react-native-safe-area-context";
import { type IncomingPhase, peerName } from "../../components/call/view.ts";
import { fill } from "../../shared/i18n/fill.ts";
import type { View } from "../app/view.ts";
import { Button } from "../parts/Button.tsx";
import { useClock } from "../parts/clock.ts";
import { Avatar } from "../parts/Person.tsx";
import { Body, Hint, Title } from "../parts/text.tsx";

/** A call that rings here: over everything else, until it is answered, declined or gone. */
export function Incoming({ view, phase }: { view: View; phase: IncomingPhase }) {
  const { t, theme, actions, snapshot: { noWebRtc } } = view;
  const { callId, media } = phase.call;
  const who = fill(t.incoming[media], { name: peerName(view) });
  const left = useClock(phase.expiresAt, (ms) => fill(t.secondsLeft, { n: Math.max(0, Math.ceil(-ms / 1000)) }));

  useEffect(() => {
    actions?.presented();
    AccessibilityInfo.announceForAccessibility(who);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once for each call
  }, [callId]);

  return (
    <SafeAreaView
      role="alertdialog"
      aria-label={who}
      aria-modal
      accessibilityViewIsModal
      style={[styles.over, { backgroundColor: theme.ground }]}
    >
      <ScrollView contentContainerStyle={styles.content}>
        <Avatar theme={theme} name={peerName(view)} size={120} />
        <Title theme={theme} isCentred>{who}</Title>
        <Hint theme={theme}>{left}</Hint>
        {noWebRtc && <Body theme={theme} role="alert">{t.noWebRtc.text}</Body>}
        <Box style={styles.buttons}>
          {!noWebRtc && (
            <Button
              theme={theme}
              name={t.accept}
              icon={media === "video" ? "video" : "phone"}
              purpose="accept"
              onPress={() => actions?.accept(media)}
            />
          )}
          {!noWebRtc && media === "video" && (
            <Button
              theme={theme}
              name={t.acceptAudio}
              icon="phone"
              onPress={() => actions?.accept("audio")}
            />
          )}
          <Button theme={theme} name={t.decline} icon="hangUp" purpose="end" onPress={() => actions?.decline()} />
        </Box>
      </ScrollView>
    </SafeAreaView>
  );
}

const styles = StyleSheet.create({
  over: { position: "absolute", top: 0, right: 0, bottom: 0, left: 0, zIndex: 2 },
  content: { flexGrow: 1, alignItems: "center", justifyContent: "center", gap: 18, padding: 24 },
  buttons: { alignSelf: "stretch", maxWidth: 420, gap: 14, marginTop: 24 },
});
