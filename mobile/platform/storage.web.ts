/** In a browser, its own storages. */

export { storage } from "../../shared/client/platform/browser/storage.ts";
