function env(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}

/** In the browser, the bundler puts the id of the build here. */
declare const FRESH_BUILD_ID: string | undefined;

let buildId = typeof FRESH_BUILD_ID === "string" ? FRESH_BUILD_ID : env("DENO_DEPLOYMENT_ID") || env("GITHUB_SHA") ||
  crypto.randomUUID().replaceAll("-", "");

/** The key of this build in `asset()` addresses and bundle paths. */
export function getBuildId(): string {
  return buildId;
}

/** Takes over the id of a build made by another process. */
export function setBuildId(id: string): void {
  buildId = id;
}
