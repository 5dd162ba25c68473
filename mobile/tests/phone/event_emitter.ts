/** `react-native/Libraries/vendor/emitter/EventEmitter`. */

export { EventEmitter as default } from "./lines.ts";
