/**
 * The app as Expo builds it. Another name, look or server is a matter of the environment it is built in (README.md):
 * everything that tells one app from another is here.
 */

import type { ExpoConfig } from "expo/config";

const env = (name: string, otherwise: string) => process.env[name] || otherwise;

const name = env("ZVONOK_NAME", "Zvonok");
const id = env("ZVONOK_APP_ID", "org.zvonok.app");
const scheme = env("ZVONOK_SCHEME", "zvonok");
const version = "0.1.0";

/** Empty in a web build that is served by the server itself. */
const server = env("ZVONOK_SERVER", "").replace(/\/+$/, "");
const host = server.startsWith("https://") ? server.slice("https://".length) : null;

/** What the system asks people, in their language. */
const reasons = {
  en: {
    NSCameraUsageDescription: `${name} uses the camera for video calls and to read invitations.`,
    NSMicrophoneUsageDescription: `${name} uses the microphone for calls.`,
  },
  ru: {
    NSCameraUsageDescription: `${name} использует камеру для видеозвонков и чтобы читать приглашения.`,
    NSMicrophoneUsageDescription: `${name} использует микрофон для звонков.`,
  },
};

const config: ExpoConfig = {
  name,
  slug: scheme,
  version,
  scheme,
  orientation: "default",
  userInterfaceStyle: "automatic",
  icon: "../static/icons/512.png",
  platforms: ["ios", "android", "web"],
  locales: { en: { ios: reasons.en }, ru: { ios: reasons.ru } },
  ios: {
    bundleIdentifier: id,
    supportsTablet: true,
    infoPlist: { CFBundleAllowMixedLocalizations: true },
    ...host === null ? {} : { associatedDomains: [`applinks:${host}`] },
  },
  android: {
    package: id,
    adaptiveIcon: { foregroundImage: "../static/icons/maskable.png", backgroundColor: "#2b2035" },
    ...host === null ? {} : {
      intentFilters: [{
        action: "VIEW",
        autoVerify: true,
        data: [{ scheme: "https", host, pathPrefix: "/chat/" }, { scheme: "https", host, path: "/device" }],
        category: ["BROWSABLE", "DEFAULT"],
      }],
    },
  },
  web: { bundler: "metro", output: "single", favicon: "../static/icons/192.png" },
  plugins: [
    ["expo-secure-store", { configureAndroidBackup: true, faceIDPermission: false }],
    "expo-localization",
    "expo-sqlite",
    ["expo-camera", { cameraPermission: reasons.en.NSCameraUsageDescription, recordAudioAndroid: false }],
    ["@config-plugins/react-native-webrtc", {
      cameraPermission: reasons.en.NSCameraUsageDescription,
      microphonePermission: reasons.en.NSMicrophoneUsageDescription,
    }],
    "./plugin/with_calls.js",
    "@config-plugins/react-native-callkeep",
  ],
  extra: {
    brand: {
      name,
      server,
      scheme,
      accent: env("ZVONOK_ACCENT", "#f2b650"),
      onAccent: env("ZVONOK_ON_ACCENT", "#2b1d05"),
    },
  },
};

export default config;
