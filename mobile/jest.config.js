module.exports = {
  preset: "jest-expo",
  roots: ["<rootDir>/tests"],
  // The call client beside this folder finds here what Babel adds to it.
  modulePaths: ["<rootDir>/node_modules"],
  setupFiles: ["<rootDir>/tests/setup.js"],
  // The first test waits for the transformation of React Native.
  testTimeout: 60_000,
};
