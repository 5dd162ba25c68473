import { useEffect } from "react";
import { AccessibilityInfo, Platform, StyleSheet, Text, View as Box } from "react-native";
import { formatDuration, isTalking, peerName, type StagedPhase, statusText } from "../../components/call/view.ts";
import type { Rating } from "../../shared/client/state.ts";
import { fill } from "../../shared/i18n/fill.ts";
import type { View } from "../app/view.ts";
import { useClock } from "../parts/clock.ts";
import { Avatar } from "../parts/Person.tsx";
import { Hint, Title } from "../parts/text.tsx";

interface CallHeaderProps {
  readonly view: View;
  readonly phase: StagedPhase;
  /** There is a picture of them. */
  readonly isSeen: boolean;
}

/** Who the call is with, and how it goes. */
export function CallHeader({ view, phase, isSeen }: CallHeaderProps) {
  const { t, theme } = view;
  const name = peerName(view);
  const status = statusText(view);
  useEffect(() => {
    // Android reads the live region below; iOS has none.
    if (Platform.OS === "ios" && status !== "") AccessibilityInfo.announceForAccessibility(status);
  }, [status]);
  return (
    <Box style={[styles.header, isSeen ? [styles.small, { backgroundColor: theme.veil }] : styles.middle]}>
      {!isSeen && <Avatar theme={theme} name={name} size={112} />}
      <Title theme={theme} isCentred={!isSeen}>{name}</Title>
      {phase.phase === "connected"
        ? <Clock view={view} since={phase.since} />
        : <Hint theme={theme}>{t.status[phase.phase]}</Hint>}
      {phase.phase === "preparing" && <Hint theme={theme}>{t.preparingHint[phase.media]}</Hint>}
      <Text role="status" aria-live="polite" style={styles.heard}>{status}</Text>
      {isTalking(phase) && <Badges view={view} />}
    </Box>
  );
}

function Clock({ view: { theme }, since }: { view: View; since: number }) {
  return <Hint theme={theme}>{useClock(since, formatDuration)}</Hint>;
}

/** How the connection is, and what either side does not send. */
function Badges({ view }: { view: View }) {
  const { t, theme, snapshot: { signaling, local, remote, quality, call } } = view;
  const name = peerName(view);
  const texts = [
    ...quality === null ? [] : [
      quality.bottleneck === null ? undefined : t.bottlenecks[quality.bottleneck],
      local.camera ? t.steps.own[quality.step] : undefined,
      remote.video || remote.screen ? t.steps.theirs[remote.step] : undefined,
    ],
    ...(["microphone", "camera"] as const).map((device) =>
      local.held[device] === "muted" ? t.systemMuted[device] : undefined
    ),
    remote.audio ? undefined : t.peerMuted,
    "call" in call && call.call.media === "video" && !remote.video ? t.peerCameraOff : undefined,
    signaling === "connecting" ? t.callGoesOn : undefined,
    signaling === "unauthorized" ? t.lastCall : undefined,
  ].filter((text) => text !== undefined);
  return (
    <>
      {quality !== null && (
        <Box style={styles.row}>
          <Bars view={view} rating={quality.sending} of={t.sends} />
          <Bars view={view} rating={quality.receiving} of={fill(t.receives, { name })} />
        </Box>
      )}
      {texts.map((text) => (
        <Box key={text} style={[styles.badge, { backgroundColor: theme.card }]}>
          <Hint theme={theme}>{fill(text, { name })}</Hint>
        </Box>
      ))}
    </>
  );
}

/** How good one direction is: in words, and in bars. */
function Bars({ view: { t, theme }, rating, of }: { view: View; rating: Rating; of: string }) {
  const colour = rating > 2 ? theme.good : theme.error;
  return (
    <Box
      accessible
      aria-label={`${of}: ${t.ratings[rating - 1]}`}
      style={[styles.badge, { backgroundColor: theme.card }]}
    >
      <Hint theme={theme}>{of}: {t.ratings[rating - 1]}</Hint>
      <Box style={styles.bars}>
        {([1, 2, 3, 4] as const).map((bar) => (
          <Box
            key={bar}
            style={{
              width: 4,
              height: 4 + bar * 3,
              borderRadius: 2,
              backgroundColor: bar <= rating ? colour : theme.line,
            }}
          />
        ))}
      </Box>
    </Box>
  );
}

const styles = StyleSheet.create({
  header: { gap: 8 },
  middle: { flexGrow: 1, alignItems: "center", justifyContent: "center" },
  small: { alignSelf: "flex-start", borderRadius: 18, padding: 12 },
  heard: { position: "absolute", width: 1, height: 1, overflow: "hidden", opacity: 0 },
  row: { flexDirection: "row", flexWrap: "wrap", gap: 8 },
  badge: {
    flexDirection: "row",
    alignItems: "center",
    gap: 8,
    borderRadius: 14,
    paddingHorizontal: 12,
    paddingVertical: 6,
  },
  bars: { flexDirection: "row", alignItems: "flex-end", gap: 2 },
});
