import type { ReactNode } from "react";
import { Pressable, type StyleProp, StyleSheet, Text, type ViewStyle } from "react-native";
import { Icon, type IconName } from "./Icon.tsx";
import { TARGET, type Theme } from "./theme.ts";

/** What a button is for: one main action a screen, green only to accept, red only to end. */
export type Purpose = "plain" | "accent" | "accept" | "end";

interface ButtonProps {
  readonly theme: Theme;
  readonly name: string;
  readonly icon?: IconName;
  readonly purpose?: Purpose;
  readonly disabled?: boolean;
  /** Of several, it is the one that was chosen. */
  readonly isChosen?: boolean;
  readonly onPress: () => void;
}

/** A button with its name on it. Its height follows the size of the text. */
export function Button({ theme, icon, purpose = "plain", ...button }: ButtonProps) {
  const { back, front } = coloursOf(theme, button.disabled ? "plain" : button.isChosen ? "accent" : purpose);
  const colour = button.disabled ? theme.soft : front;
  return (
    <Press {...button} style={[styles.button, { backgroundColor: back }]}>
      {icon && <Icon name={icon} color={colour} />}
      <Text style={[styles.name, { color: colour }]}>{button.name}</Text>
    </Press>
  );
}

interface RoundProps extends Omit<ButtonProps, "icon"> {
  readonly icon: IconName;
  /** More than the name says. */
  readonly hint?: string | undefined;
  /** It is off, and shows that. */
  readonly off?: boolean;
  /** What was turned on is on its way. */
  readonly busy?: boolean;
}

/** A round button that is only an icon, for what is done in a call. */
export function Round({ theme, icon, off, purpose = "plain", ...button }: RoundProps) {
  const { back, front } = off ? { back: theme.ink, front: theme.ground } : coloursOf(theme, purpose);
  return (
    <Press {...button} style={[styles.round, { backgroundColor: back }]}>
      <Icon name={icon} color={front} size={28} />
    </Press>
  );
}

interface PressProps extends Pick<RoundProps, "name" | "hint" | "busy" | "disabled" | "isChosen" | "onPress"> {
  readonly style: StyleProp<ViewStyle>;
  readonly children: ReactNode;
}

/** What can be pressed, and what screen readers say of it. */
function Press({ name, hint, busy, disabled = false, isChosen, style, children, onPress }: PressProps) {
  return (
    <Pressable
      role="button"
      aria-label={name}
      aria-busy={busy}
      aria-disabled={disabled}
      aria-selected={isChosen}
      accessibilityHint={hint}
      disabled={disabled}
      onPress={onPress}
      style={({ pressed }) => [style, pressed && styles.pressed]}
    >
      {children}
    </Pressable>
  );
}

function coloursOf(theme: Theme, purpose: Purpose): { back: string; front: string } {
  switch (purpose) {
    case "plain":
      return { back: theme.fill, front: theme.ink };
    case "accent":
      return { back: theme.accent, front: theme.onAccent };
    case "accept":
      return { back: theme.accept, front: "#ffffff" };
    case "end":
      return { back: theme.end, front: "#ffffff" };
  }
}

const styles = StyleSheet.create({
  button: {
    minHeight: TARGET,
    flexDirection: "row",
    alignItems: "center",
    justifyContent: "center",
    gap: 10,
    paddingHorizontal: 20,
    paddingVertical: 10,
    borderRadius: 28,
  },
  name: { fontSize: 16, fontWeight: "600", flexShrink: 1, textAlign: "center" },
  round: { width: 60, height: 60, borderRadius: 30, alignItems: "center", justifyContent: "center" },
  pressed: { opacity: 0.75 },
});
