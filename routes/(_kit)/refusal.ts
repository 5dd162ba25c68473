/**
 * Who asks decides how an error is told: programs get JSON (or a probe's line of text), people get a page in their language. One
 * place does it, for every error that is not a page yet: handlers and middlewares need not know who asks, and answer with `httpError`.
 */

import { HttpError } from "fresh";
import { httpError } from "../../signaling/http/responses.ts";

type Handler = (req: Request, info?: Deno.ServeHandlerInfo) => Promise<Response>;

/** Why a person sees a page of refusal: which words are for them. */
export type RefusalKind = "rate" | "size" | "entry" | "origin" | "address" | "other";

/** What the page of a refused request says. */
export interface Refusal {
  readonly status: HttpError["status"];
  readonly kind: RefusalKind;
  /** For developers: the stable code and the sentence that `/api` would give. */
  readonly code: string;
  readonly message: string;
  /** Seconds to wait before the next try; `null` where there is nothing to wait for. */
  readonly retryAfter: number | null;
}

/** Paths that programs ask for: the endpoints, the signaling socket, probes and figures. All others are pages. */
const PROGRAMS = /^\/(api(\/|$)|(signal|healthz|readyz|metrics)\/?$)/;

/** Why these requests, which `askFor` makes, are to be answered with a page of refusal. */
const refusals = new WeakMap<Request, Refusal>();

/** Tells an error as whoever asks understands it. `isReadable`: the path can be decoded. */
export async function inTheirWay(
  { req, isReadable, info }: { req: Request; isReadable: boolean; info: Deno.ServeHandlerInfo | undefined },
  answer: Response,
  handle: Handler,
): Promise<Response> {
  const type = answer.headers.get("content-type");
  // An answer without a content type has no body, such as the 404 of an icon that browsers ask for by themselves.
  if (answer.status < 400 || type === null) return answer;
  const path = new URL(req.url).pathname;
  if (PROGRAMS.test(path)) return path.startsWith("/api") ? inJson(answer, type) : answer;
  if (type.startsWith("text/html")) return answer;
  const { code = "UNAVAILABLE", message = "" } = type.startsWith("application/json") ? await answer.json() : {};
  const seconds = answer.headers.get("retry-after");
  const kind = isReadable ? kindOf(answer.status, path) : "address";
  const status = answer.status as Refusal["status"];
  const refusal = { status, kind, code, message, retryAfter: seconds === null ? null : Number(seconds) };
  const page = await handle(askFor(refusal, isReadable ? req.url : new URL("/", req.url).href, req), info);
  if (seconds !== null) page.headers.set("retry-after", seconds);
  return page;
}

/** To be called before anything else answers: throws what `routes/_error.tsx` makes a page of. */
export function throwIfRefused(req: Request): void {
  const refusal = refusals.get(req);
  if (refusal !== undefined) throw new HttpError(refusal.status, refusal.message, { cause: refusal });
}

/** What a page of refusal says; `null` for an error of another origin. */
export function refusalOf(error: unknown): Refusal | null {
  return error instanceof HttpError && error.cause instanceof Object ? error.cause as Refusal : null;
}

/** A request for the page of refusal: at the same address, so that its links lead back there, in the language of who asks. */
function askFor(refusal: Refusal, url: string, { method, headers }: Request): Request {
  const kept = ["accept-language", "cookie"].flatMap((name): [string, string][] => {
    const value = headers.get(name);
    return value === null ? [] : [[name, value]];
  });
  const request = new Request(url, { method: method === "HEAD" ? "HEAD" : "GET", headers: kept });
  refusals.set(request, refusal);
  return request;
}

function kindOf(status: number, path: string): RefusalKind {
  if (status === 429) return "rate";
  if (status === 413) return "size";
  if (path === "/enter") return "entry";
  return status === 403 ? "origin" : "other";
}

/** Fresh answers unknown paths and methods with an HTML page, and exceptions with text: under `/api` both become JSON. */
function inJson(answer: Response, type: string): Response {
  if (type.startsWith("application/json")) return answer;
  if (answer.status >= 500) return httpError(answer.status, "UNAVAILABLE", "Something went wrong here");
  return httpError(answer.status, "INVALID_MESSAGE", "There is no such endpoint, or not for this method");
}
