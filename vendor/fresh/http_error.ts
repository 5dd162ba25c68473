type ErrorStatus = 400 | 401 | 403 | 404 | 405 | 409 | 410 | 413 | 415 | 422 | 426 | 429 | 500 | 501 | 502 | 503 | 504;

/** Throw it to answer with an HTTP status, through the error pages if any. */
export class HttpError extends Error {
  override name = "HttpError";

  constructor(readonly status: ErrorStatus, message?: string, options?: ErrorOptions) {
    super(message, options);
  }
}
