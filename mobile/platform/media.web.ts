/** In a browser, its own. */

export { media } from "../../shared/client/platform/browser/media.ts";
