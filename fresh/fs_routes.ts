import { type RouteTree, runRoute } from "./segments.ts";
import type { RouteModule } from "./snapshot.ts";
import { type Method, METHODS, type Middleware, type Route } from "./types.ts";

const GROUP = /\/\([^/]+\)/g;

/** Adds the modules of `routes/` to an app. */
export function addFileRoutes<State>(tree: RouteTree<State>, modules: RouteModule[]): void {
  const pages: RouteModule[] = [];
  for (const { id, module } of modules) {
    const slash = id.lastIndexOf("/");
    const folder = () => tree.at(toPattern(id.slice(0, slash)));
    switch (id.slice(slash + 1)) {
      case "_app":
        tree.appWrapper = toRoute<State>(id, module).component ?? null;
        break;
      case "_404":
        tree.notFound = toRoute(id, module);
        break;
      case "_error":
        folder().errorRoute = toRoute(id, module);
        break;
      case "_middleware":
        folder().middlewares.push(...toMiddlewares<State>(module));
        break;
      default:
        pages.push({ id, module });
    }
  }
  pages.sort((a, b) => rankOf(a.id) < rankOf(b.id) ? -1 : 1);
  for (const { id, module } of pages) addPage(tree, id, toRoute(id, module));
}

function toRoute<State>(id: string, module: RouteModule["module"]): Route<State> {
  const { config, default: component, handler, handlers = handler } = module;
  if (component === undefined && handlers === undefined) {
    throw new Error(`routes${id} exports no component and no handler`);
  }
  return { config, component, handler: handlers } as Route<State>;
}

function toMiddlewares<State>(module: RouteModule["module"]): Middleware<State>[] {
  const fns = module.handlers ?? module.handler ?? module.default;
  return [fns].flat() as Middleware<State>[];
}

function addPage<State>(tree: RouteTree<State>, id: string, route: Route<State>): void {
  const override = route.config?.routeOverride;
  const methods = override !== undefined && typeof route.handler === "object"
    ? Object.keys(route.handler) as Method[]
    : METHODS;
  const pattern = override ?? toPattern(id.replace(GROUP, ""));
  const segment = tree.at(toPattern(id), id.endsWith("/index"));
  tree.add(methods, pattern, segment, [(ctx) => runRoute(ctx, route)]);
}

/** The URLPattern path of a file; groups stay, as names of folders. */
export function toPattern(id: string): string {
  const parts = id.replace(/\/index$/, "").split("/").slice(1);
  const pattern = parts.map((part) => {
    if (part.startsWith("[...")) return `/:${part.slice(4, -1)}*`;
    if (part.startsWith("[[")) return `{/:${part.slice(2, -2)}}?`;
    return "/" + part.replace(/\[(\w+)\]/g, ":$1");
  }).join("");
  // A path never loses its first slash, so that one cannot be optional.
  return pattern.replace(/^\{\/(:\w+\}\?)$/, "/{$1") || "/";
}

/** Sorts plain names before parameters, and rest parameters last. */
function rankOf(id: string): string {
  return id.replace(GROUP, "").split("/").map((part) => {
    if (part.startsWith("[...")) return "3";
    if (part.startsWith("[[")) return "2";
    return part.includes("[") ? `1${part}` : `0${part}`;
  }).join("/");
}
