import { StyleSheet, View as Box } from "react-native";
import { formatDuration } from "../../components/call/view.ts";
import type { PastCall } from "../../shared/client/state.ts";
import { fill } from "../../shared/i18n/fill.ts";
import type { View } from "../app/view.ts";
import { formatTime } from "../app/words.ts";
import { Icon } from "../parts/Icon.tsx";
import { Body, Card, Heading, Hint } from "../parts/text.tsx";

/** Rows that are shown. */
const SHOWN = 20;

/** This person's calls in a chat, newest first. */
export function Calls({ view }: { view: View }) {
  const { t: { history: t }, theme, chatId, snapshot } = view;
  const calls = snapshot.history[chatId] ?? [];
  if (calls.length === 0) return null;
  return (
    <Card theme={theme} name={t.title}>
      <Heading theme={theme}>{t.title}</Heading>
      {calls.slice(0, SHOWN).map((call) => <Row key={call.callId} view={view} call={call} />)}
    </Card>
  );
}

function Row({ view: { t: { history: t, somebody }, theme, words }, call }: { view: View; call: PastCall }) {
  const { role, media, outcome, durationMs } = call;
  const isMissed = outcome === "missed";
  const kind = isMissed ? t.missed : role === "caller" ? t.outgoing : t.incoming;
  const length = durationMs !== null ? `, ${formatDuration(durationMs)}` : isMissed ? "" : `, ${t.noTalk}`;
  return (
    <Box accessible style={styles.row}>
      <Icon name={media === "video" ? "video" : "phone"} color={isMissed ? theme.error : theme.soft} />
      <Box style={styles.words}>
        <Body theme={theme}>{fill(kind, { name: call.name || somebody })}</Body>
        <Hint theme={theme}>{formatTime(call.at, words.locale) + length}</Hint>
      </Box>
    </Box>
  );
}

const styles = StyleSheet.create({
  row: { flexDirection: "row", gap: 12, alignItems: "center" },
  words: { flexShrink: 1 },
});
