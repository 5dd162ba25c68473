/** The native sides that no test machine has, and what a built app knows of itself. */

/* global jest */

jest.mock("react-native-webrtc", () => ({ RTCView: "RTCView" }));
jest.mock("react-native-safe-area-context", () => require("react-native-safe-area-context/jest/mock").default);
jest.mock("expo-constants", () => ({
  __esModule: true,
  default: {
    expoConfig: {
      extra: {
        brand: {
          name: "Zvonok",
          server: "https://calls.example.org",
          scheme: "zvonok",
          accent: "#f2b650",
          onAccent: "#2b1d05",
        },
      },
    },
  },
}));
