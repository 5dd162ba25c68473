/** Metro, React Native's bundler: the call client is taken from the folder beside this one, as it is. */

const { getDefaultConfig } = require("expo/metro-config");
const path = require("node:path");

const config = getDefaultConfig(__dirname);
const root = path.resolve(__dirname, "..");

config.watchFolders = [path.join(root, "shared"), path.join(root, "components", "call")];
// What is above this folder is Deno's, and has packages of its own.
config.resolver.nodeModulesPaths = [path.join(__dirname, "node_modules")];
config.resolver.disableHierarchicalLookup = true;

module.exports = config;
