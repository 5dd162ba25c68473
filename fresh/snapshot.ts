import { setBuildId } from "./build_id.ts";

/** A module of `islands/`; each function it exports is an island. */
export interface IslandModule {
  /** Where browsers load it. */
  url: string;
  module: Record<string, unknown>;
}

/** A module of `routes/`; `id` is its path there without the extension. */
export interface RouteModule {
  id: string;
  module: Record<string, unknown>;
}

/** A file to serve: its bytes, or where they are. */
export type StaticFile = Uint8Array<ArrayBuffer> | string | URL;

/** What a build hands to the server. */
export interface Snapshot {
  buildId: string;
  mode: "development" | "production";
  /** Where browsers load the client runtime. */
  clientEntry: string;
  islands: IslandModule[];
  routes: RouteModule[];
  files: Map<string, StaticFile>;
}

/** An island as a page refers to it. */
export interface Island {
  name: string;
  url: string;
}

// Kept beside the public objects, so that these show Fresh's API only.
const snapshots = new WeakMap<object, Snapshot>();

/** Gives an app its build. Call it before `app.handler()`. */
export function setSnapshot(app: object, snapshot: Snapshot): void {
  setBuildId(snapshot.buildId);
  snapshots.set(app, snapshot);
}

/** The build of an app, or `null` when it runs without one. */
export function getSnapshot(app: object): Snapshot | null {
  return snapshots.get(app) ?? null;
}

/** The islands of a build by component. */
export function islandsOf(snapshot: Snapshot | null): Map<unknown, Island> {
  const islands = new Map<unknown, Island>();
  for (const { url, module } of snapshot?.islands ?? []) {
    for (const [name, value] of Object.entries(module)) {
      if (typeof value === "function") islands.set(value, { name, url });
    }
  }
  return islands;
}
