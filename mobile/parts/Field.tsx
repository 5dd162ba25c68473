import { StyleSheet, Text, TextInput, type TextInputProps, View } from "react-native";
import { TARGET, type Theme } from "./theme.ts";

interface FieldProps
  extends Pick<TextInputProps, "autoComplete" | "autoCapitalize" | "keyboardType" | "onSubmitEditing"> {
  readonly theme: Theme;
  readonly name: string;
  readonly value: string;
  /** What is wrong with it. */
  readonly error?: string | null;
  readonly onChange: (text: string) => void;
}

/** A line of text to fill in. */
export function Field({ theme, name, value, error = null, onChange, ...props }: FieldProps) {
  return (
    <View style={styles.field}>
      <Text style={[styles.name, { color: theme.ink }]} aria-hidden>{name}</Text>
      <TextInput
        {...props}
        aria-label={name}
        value={value}
        onChangeText={onChange}
        style={[styles.input, {
          color: theme.ink,
          backgroundColor: theme.card,
          borderColor: error === null ? theme.soft : theme.error,
        }]}
      />
      {error !== null && <Text role="alert" style={[styles.error, { color: theme.error }]}>{error}</Text>}
    </View>
  );
}

const styles = StyleSheet.create({
  field: { gap: 6 },
  name: { fontSize: 16, fontWeight: "600" },
  input: {
    minHeight: TARGET,
    borderWidth: 1,
    borderRadius: 14,
    paddingHorizontal: 14,
    paddingVertical: 10,
    fontSize: 16,
  },
  error: { fontSize: 15 },
});
