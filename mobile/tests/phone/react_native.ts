/** `react-native`, as far as the app's platform and react-native-webrtc use it, without a phone. */

import { webrtcModule } from "./webrtc_module.ts";

export { NativeEventEmitter } from "./lines.ts";

export const NativeModules = { WebRTCModule: webrtcModule };
export const Platform = { OS: "ios" };
export const PermissionsAndroid = { PERMISSIONS: {}, RESULTS: {} };
export const requireNativeComponent = (name: string) => name;
export const AppState = { addEventListener: () => ({ remove() {} }) };
export const findNodeHandle = () => null;
export const UIManager = {};

export default { findNodeHandle };
