/** The native projects and bundles, as Expo makes them of this folder: made by `npm run check` before these tests. */

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const ROOT = path.join(__dirname, "..");
const read = (file: string) => readFileSync(path.join(ROOT, file), "utf8");

/** What the app asks of Android, with what the packages ask for that the app does not take out again. */
function permissions(): string[] {
  const own = read("android/app/src/main/AndroidManifest.xml");
  const manifests = [own, ...libraries()];
  const all = manifests.flatMap((text) => [...text.matchAll(/<uses-permission[^>]*android:name="([^"]+)"/g)]);
  const removed = [...own.matchAll(/android:name="([^"]+)" tools:node="remove"/g)].map(([, name]) => name);
  return [...new Set(all.map(([, name]) => name!))].filter((name) => !removed.includes(name)).sort();
}

/** The manifests of all packages, which Gradle merges into the app's. */
function libraries(): string[] {
  const folders = readdirSync(path.join(ROOT, "node_modules"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory()).map(({ name }) =>
      `node_modules/${name}/android/src/main/AndroidManifest.xml`
    );
  return folders.flatMap((file) => {
    try {
      return [read(file)];
    } catch {
      return []; // no Android in it
    }
  });
}

test("Android: the permissions that calls need, and no others", () => {
  expect(libraries().length).toBeGreaterThan(10);
  expect(permissions()).toEqual([
    "android.permission.ACCESS_NETWORK_STATE",
    "android.permission.BLUETOOTH_CONNECT",
    "android.permission.CAMERA",
    "android.permission.FOREGROUND_SERVICE",
    "android.permission.FOREGROUND_SERVICE_MICROPHONE",
    "android.permission.FOREGROUND_SERVICE_PHONE_CALL",
    "android.permission.INTERNET",
    "android.permission.MANAGE_OWN_CALLS",
    "android.permission.MODIFY_AUDIO_SETTINGS",
    "android.permission.RECORD_AUDIO",
    "android.permission.VIBRATE",
  ]);
});

test("Android: links of the app's own scheme open it, and nothing in it is open to other apps but its one screen", () => {
  const manifest = read("android/app/src/main/AndroidManifest.xml");
  expect(manifest).toMatch(/<data android:scheme="zvonok"\/>/);
  const open = [...manifest.matchAll(/<(\w+) [^>]*android:exported="true"[^>]*>/g)];
  expect(open.map(([, tag]) => tag).sort()).toEqual(["activity", "service"]);
  const service = open.find(([, tag]) => tag === "service")![0];
  expect(service).toContain('android:name="io.wazo.callkeep.VoiceConnectionService"');
  expect(service).toContain('android:permission="android.permission.BIND_TELECOM_CONNECTION_SERVICE"');
});

test("Android: calls go on in the background by a service that may use the microphone, under the app's name", () => {
  const manifest = read("android/app/src/main/AndroidManifest.xml");
  const services = [...manifest.matchAll(/<service [^>]*>/g)].map(([service]) => service);
  expect(services).toHaveLength(2);
  const [own] = services.filter((service) => service.includes("VoiceConnectionService"));
  expect(own).toContain('android:label="Zvonok"');
  expect(own).toContain('android:foregroundServiceType="phoneCall|microphone"');
});

test("iOS: calls in the background, and camera and microphone with a reason in each language", () => {
  const plist = read("ios/Zvonok/Info.plist");
  const modes = /<key>UIBackgroundModes<\/key>\s*<array>([^]*?)<\/array>/.exec(plist)?.[1] ?? "";
  expect([...modes.matchAll(/<string>(.*)<\/string>/g)].map(([, mode]) => mode)).toEqual(["audio", "voip"]);
  const asked = [...plist.matchAll(/<key>(NS\w+UsageDescription)<\/key>/g)].map(([, key]) => key);
  expect(asked.sort()).toEqual(["NSCameraUsageDescription", "NSMicrophoneUsageDescription"]);
  for (const key of asked) {
    expect(read("ios/Zvonok/Supporting/en.lproj/InfoPlist.strings")).toContain(key);
    expect(read("ios/Zvonok/Supporting/ru.lproj/InfoPlist.strings")).toMatch(new RegExp(`${key} = ".*[а-я].*"`));
  }
  expect(plist).toMatch(/<key>NSAllowsArbitraryLoads<\/key>\s*<false\/>/);
});

test("the bundles: Hermes bytecode for phones, and a web build without react-native-webrtc", () => {
  const bundles = (platform: string) =>
    readdirSync(path.join(ROOT, "dist/_expo/static/js", platform)).map((name) =>
      `dist/_expo/static/js/${platform}/${name}`
    );
  for (const platform of ["android", "ios"]) {
    const [bundle = "", ...others] = bundles(platform);
    expect(others).toEqual([]);
    // Hermes's magic number (include/hermes/BCGen/HBC/BytecodeVersion.h), little-endian.
    expect(readFileSync(path.join(ROOT, bundle)).subarray(0, 8).toString("hex")).toBe("c61fbc03c103191f");
  }
  const web = bundles("web").map(read).join("");
  expect(web).toContain("call:initiate");
  expect(web).not.toContain("WebRTCModule");
});
