/** What calls need of the native projects beside what the packages' own config plugins write. */

const { withInfoPlist, AndroidConfig } = require("expo/config-plugins");

/** What the app asks of Android, all of it. What a package adds that is not here is taken out again (`android.blockedPermissions`). */
const PERMISSIONS = [
  "android.permission.INTERNET",
  "android.permission.ACCESS_NETWORK_STATE",
  "android.permission.CAMERA",
  "android.permission.RECORD_AUDIO",
  "android.permission.MODIFY_AUDIO_SETTINGS",
  // Headsets in a call, from Android 12 on.
  "android.permission.BLUETOOTH_CONNECT",
  "android.permission.VIBRATE",
];

/** What packages ask for, and this app has no use for. */
const BLOCKED = [
  "android.permission.SYSTEM_ALERT_WINDOW",
  "android.permission.READ_EXTERNAL_STORAGE",
  "android.permission.WRITE_EXTERNAL_STORAGE",
  "android.permission.READ_PHONE_STATE",
  "android.permission.BLUETOOTH",
  "android.permission.BLUETOOTH_ADMIN",
  "android.permission.USE_BIOMETRIC",
  "android.permission.USE_FINGERPRINT",
  "android.permission.ACCESS_WIFI_STATE",
  "android.permission.WAKE_LOCK",
];

module.exports = function withCalls(config) {
  const asked = AndroidConfig.Permissions.withPermissions(config, PERMISSIONS);
  const blocked = AndroidConfig.Permissions.withBlockedPermissions(asked, BLOCKED);
  return withInfoPlist(blocked, (mod) => {
    // A call goes on while the app is not in sight.
    mod.modResults.UIBackgroundModes = ["audio"];
    return mod;
  });
};
