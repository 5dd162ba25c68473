/** In the browser, the bundler puts the id of the build here. */
declare const FRESH_BUILD_ID: string | undefined;

/** The key of this build in `asset()` addresses and bundle paths. */
export let buildId = typeof FRESH_BUILD_ID === "string" ? FRESH_BUILD_ID : "";

/** On the server, takes over the id of the build. */
export function setBuildId(id: string): void {
  buildId = id;
}
