/**
 * What calls need of the native projects beside what the packages' own config plugins write. It stands before callkeep's plugin in
 * `app.config.ts`, which takes what is there already.
 */

const { withAndroidManifest, withInfoPlist, AndroidConfig } = require("expo/config-plugins");

/** What the app asks of Android, all of it. What a package adds that is not here is taken out again (`BLOCKED`). */
const PERMISSIONS = [
  "INTERNET",
  "ACCESS_NETWORK_STATE",
  "CAMERA",
  "RECORD_AUDIO",
  "MODIFY_AUDIO_SETTINGS",
  // Headsets in a call, from Android 12 on.
  "BLUETOOTH_CONNECT",
  "VIBRATE",
  // Calls of its own that the system knows of, and that go on while the app is not in sight.
  "MANAGE_OWN_CALLS",
  "FOREGROUND_SERVICE",
  "FOREGROUND_SERVICE_PHONE_CALL",
  "FOREGROUND_SERVICE_MICROPHONE",
];

/** What packages ask for, and this app has no use for. */
const BLOCKED = [
  "SYSTEM_ALERT_WINDOW",
  "READ_EXTERNAL_STORAGE",
  "WRITE_EXTERNAL_STORAGE",
  "BLUETOOTH",
  "BLUETOOTH_ADMIN",
  "USE_BIOMETRIC",
  "USE_FINGERPRINT",
  "ACCESS_WIFI_STATE",
  "WAKE_LOCK",
  // For calls over the telephone network, by callkeep.
  "BIND_TELECOM_CONNECTION_SERVICE",
  "CALL_PHONE",
  "READ_PHONE_NUMBERS",
  "READ_PHONE_STATE",
];

const named = (name) => `android.permission.${name}`;

/** Telecom binds to it. It may use the microphone while the app is not in sight. */
const connectionService = (label) => ({
  $: {
    "android:name": "io.wazo.callkeep.VoiceConnectionService",
    "android:label": label,
    "android:permission": "android.permission.BIND_TELECOM_CONNECTION_SERVICE",
    "android:foregroundServiceType": "phoneCall|microphone",
    "android:exported": "true",
  },
  "intent-filter": [{ action: [{ $: { "android:name": "android.telecom.ConnectionService" } }] }],
});

/** Only the app itself starts it; callkeep's plugin would let every other app do so. */
const messagingService = {
  $: { "android:name": "io.wazo.callkeep.RNCallKeepBackgroundMessagingService", "android:exported": "false" },
};

module.exports = function withCalls(config) {
  let all = AndroidConfig.Permissions.withPermissions(config, PERMISSIONS.map(named));
  all = AndroidConfig.Permissions.withBlockedPermissions(all, BLOCKED.map(named));
  all = withAndroidManifest(all, (mod) => {
    const app = AndroidConfig.Manifest.getMainApplicationOrThrow(mod.modResults);
    const own = [connectionService(config.name), messagingService];
    const isOwn = ({ $ }) => own.some((service) => service.$["android:name"] === $["android:name"]);
    app.service = [...(app.service ?? []).filter((service) => !isOwn(service)), ...own];
    return mod;
  });
  return withInfoPlist(all, (mod) => {
    // A call goes on while the app is not in sight, and CallKit knows of it.
    mod.modResults.UIBackgroundModes = ["audio", "voip"];
    return mod;
  });
};
