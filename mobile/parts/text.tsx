import type { ReactNode } from "react";
import { StyleSheet, Text, type TextProps, View } from "react-native";
import type { Theme } from "./theme.ts";

interface Words {
  readonly theme: Theme;
  readonly children: ReactNode;
}

/** What a screen is about. */
export function Title({ theme, children, isCentred = false }: Words & { readonly isCentred?: boolean }) {
  const style = [styles.title, { color: theme.ink }, isCentred && styles.centred];
  return <Text role="heading" aria-level={1} style={style}>{children}</Text>;
}

/** What a part of it is about. */
export function Heading({ theme, children }: Words) {
  return <Text role="heading" aria-level={2} style={[styles.heading, { color: theme.ink }]}>{children}</Text>;
}

export function Body({ theme, children, ...props }: Words & TextProps) {
  return <Text {...props} style={[styles.body, { color: theme.ink }]}>{children}</Text>;
}

export function Hint({ theme, children, ...props }: Words & TextProps) {
  return <Text {...props} style={[styles.hint, { color: theme.soft }]}>{children}</Text>;
}

/** Things that belong together. */
export function Card({ theme, children, name }: Words & { readonly name?: string }) {
  return (
    <View
      role={name === undefined ? undefined : "region"}
      aria-label={name}
      style={[styles.card, { backgroundColor: theme.card }]}
    >
      {children}
    </View>
  );
}

/** A few sentences in a box, and what can be done about it. `isAlert`: read out at once. */
export function Notice(
  { theme, title, text, children, isAlert = false }: {
    readonly theme: Theme;
    readonly title?: string;
    readonly text: string;
    readonly children?: ReactNode;
    readonly isAlert?: boolean;
  },
) {
  return (
    <View style={[styles.notice, { backgroundColor: theme.card, borderColor: theme.line }]}>
      {title && <Heading theme={theme}>{title}</Heading>}
      <Body
        theme={theme}
        role={isAlert ? "alert" : undefined}
        aria-live={isAlert ? "assertive" : undefined}
      >
        {text}
      </Body>
      {children && <View style={styles.row}>{children}</View>}
    </View>
  );
}

const styles = StyleSheet.create({
  title: { fontSize: 28, fontWeight: "700", lineHeight: 34 },
  centred: { textAlign: "center" },
  heading: { fontSize: 18, fontWeight: "700" },
  body: { fontSize: 16, lineHeight: 23 },
  hint: { fontSize: 15, lineHeight: 21 },
  card: { borderRadius: 20, padding: 18, gap: 12 },
  notice: { borderRadius: 18, borderWidth: 1, padding: 16, gap: 10 },
  row: { flexDirection: "row", flexWrap: "wrap", gap: 10 },
});
