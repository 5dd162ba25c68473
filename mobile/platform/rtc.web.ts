/** In a browser, its own. */

export { rtc } from "../../shared/client/platform/browser/rtc.ts";
