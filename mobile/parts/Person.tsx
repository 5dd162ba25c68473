import { StyleSheet, Text, View } from "react-native";
import type { ChatStrings } from "../../shared/i18n/chat_strings.ts";
import type { Theme } from "./theme.ts";

/** A round with the first letter of somebody's name. */
export function Avatar({ theme, name, size = 44 }: { theme: Theme; name: string; size?: number }) {
  return (
    <View
      aria-hidden
      style={[styles.avatar, { width: size, height: size, borderRadius: size / 2, backgroundColor: theme.fill }]}
    >
      <Text style={{ color: theme.ink, fontSize: size * 0.45, fontWeight: "700" }} allowFontScaling={false}>
        {initial(name)}
      </Text>
    </View>
  );
}

/** Somebody in a chat: who, and whether a device of theirs is connected, in words as well as by a dot. `null`: it is oneself. */
export function Person(
  { theme, name, online, t }: { theme: Theme; name: string; online: boolean | null; t: ChatStrings },
) {
  const presence = online === null ? t.you : online ? t.online : t.offline;
  return (
    <View accessible aria-label={`${name}, ${presence}`} style={styles.person}>
      <Avatar theme={theme} name={name} />
      <Text style={[styles.name, { color: theme.ink }]}>{name}</Text>
      {online && <View style={[styles.dot, { backgroundColor: theme.good }]} />}
      <Text style={[styles.presence, { color: online ? theme.good : theme.soft }]}>{presence}</Text>
    </View>
  );
}

/** The first letter as people see letters, as far as that goes without `Intl.Segmenter`, which Hermes does not have. */
function initial(name: string): string {
  const [first = ""] = name.trim();
  return first.toUpperCase();
}

const styles = StyleSheet.create({
  avatar: { alignItems: "center", justifyContent: "center" },
  person: { flexDirection: "row", alignItems: "center", flexWrap: "wrap", gap: 10, minHeight: 48 },
  name: { fontSize: 17, fontWeight: "600", flexShrink: 1 },
  presence: { fontSize: 15 },
  dot: { width: 9, height: 9, borderRadius: 5 },
});
