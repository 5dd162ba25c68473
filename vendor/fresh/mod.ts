/** The part of Fresh 2 this app uses; see README.md. @module */
export { App } from "./app.ts";
export { csp } from "./csp.ts";
export { HttpError } from "./http_error.ts";
export { createDefine, page } from "./types.ts";
export type { Context, Middleware, PageProps } from "./types.ts";
export { staticFiles } from "./static_files.ts";
