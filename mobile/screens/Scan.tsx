import { CameraView, useCameraPermissions } from "expo-camera";
import { useRef } from "react";
import { Linking, StyleSheet, View } from "react-native";
import { useApp } from "../app/app_context.ts";
import { Button } from "../parts/Button.tsx";
import { Page } from "../parts/Page.tsx";
import { Body, Title } from "../parts/text.tsx";
import type { Theme } from "../parts/theme.ts";

/** Reads an invitation's QR code. The camera is asked for when the button is pressed, and let go with the screen. */
export function Scan({ theme }: { theme: Theme }) {
  const { words: { phone: t }, go, openLink } = useApp();
  const [permission, ask] = useCameraPermissions();
  /** Codes are read many times a second. */
  const isRead = useRef(false);

  function read(text: string) {
    if (isRead.current) return;
    isRead.current = true;
    openLink(text);
  }

  return (
    <Page theme={theme}>
      <Title theme={theme}>{t.scan.title}</Title>
      {permission?.granted && (
        <>
          <Body theme={theme}>{t.scan.hint}</Body>
          <View style={styles.picture}>
            <CameraView
              style={StyleSheet.absoluteFill}
              barcodeScannerSettings={{ barcodeTypes: ["qr"] }}
              onBarcodeScanned={({ data }) => read(data)}
            />
          </View>
        </>
      )}
      {permission?.granted === false && permission.canAskAgain && (
        <Button theme={theme} name={t.scan.allow} purpose="accent" onPress={ask} />
      )}
      {permission?.granted === false && !permission.canAskAgain && (
        <>
          <Body theme={theme}>{t.scan.denied}</Body>
          <Button theme={theme} name={t.openSettings} onPress={() => Linking.openSettings()} />
        </>
      )}
      <Button theme={theme} name={t.lobby.back} onPress={() => go({ type: "back" })} />
    </Page>
  );
}

const styles = StyleSheet.create({
  picture: { width: "100%", aspectRatio: 1, borderRadius: 20, overflow: "hidden" },
});
