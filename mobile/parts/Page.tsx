import type { ReactNode } from "react";
import { KeyboardAvoidingView, Platform, ScrollView, StyleSheet } from "react-native";
import { SafeAreaView } from "react-native-safe-area-context";
import type { Theme } from "./theme.ts";

/** A screen that is read from top to bottom, and scrolls where the text is large or the phone small. */
export function Page({ theme, children }: { theme: Theme; children: ReactNode }) {
  return (
    <SafeAreaView style={[styles.fill, { backgroundColor: theme.ground }]}>
      <KeyboardAvoidingView style={styles.fill} behavior={Platform.OS === "ios" ? "padding" : undefined}>
        <ScrollView contentContainerStyle={styles.page} keyboardShouldPersistTaps="handled">
          {children}
        </ScrollView>
      </KeyboardAvoidingView>
    </SafeAreaView>
  );
}

const styles = StyleSheet.create({
  fill: { flex: 1 },
  page: { padding: 20, gap: 18, width: "100%", maxWidth: 640, alignSelf: "center" },
});
