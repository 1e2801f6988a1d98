/** The gateway refused a request: what happened, and what to do about it. */
export class SluiceApiError extends Error {
  readonly status: number;
  /** Stable code, such as `Function.NotFound`; see docs/errors.md. */
  readonly code: string;
  readonly fix: string;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(status: number, body: ApiErrorBody) {
    super(body.message);
    this.name = "SluiceApiError";
    this.status = status;
    this.code = body.code;
    this.fix = body.fix;
    this.retryable = body.retryable;
    this.details = body.details ?? {};
  }
}

/** No answer came: the gateway cannot be reached, or the connection broke. */
export class SluiceConnectionError extends Error {
  readonly endpoint: string;
  /** The network's own code, such as `ECONNREFUSED`; empty when there is none. */
  readonly reason: string;

  constructor(endpoint: string, cause: unknown) {
    const reason = reasonOf(cause);
    super(`No answer from ${endpoint}${reason === "" ? "" : ` (${reason})`}.`, { cause });
    this.name = "SluiceConnectionError";
    this.endpoint = endpoint;
    this.reason = reason;
  }
}

export interface ApiErrorBody {
  readonly code: string;
  readonly message: string;
  readonly fix: string;
  readonly retryable: boolean;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The body of a refusal; a proxy in between may answer in a form of its own. */
export function readErrorBody(status: number, text: string): ApiErrorBody {
  const body = parseErrorBody(text);
  if (body !== undefined) return body;
  return {
    code: "Response.Unexpected",
    message: `The answer (HTTP ${status}) is not one that the Sluice gateway gives.`,
    fix: "Check that the endpoint is the gateway's own address, without a path.",
    retryable: status >= 500,
  };
}

function parseErrorBody(text: string): ApiErrorBody | undefined {
  try {
    const { error } = JSON.parse(text) as { error?: Partial<ApiErrorBody> };
    if (typeof error?.code !== "string" || typeof error.message !== "string") return undefined;
    const { code, message, fix = "", retryable = false, details } = error;
    return { code, message, fix, retryable, ...(details === undefined ? {} : { details }) };
  } catch {
    return undefined;
  }
}

/** fetch wraps the network's error in a TypeError, and both addresses of a name in an AggregateError. */
function reasonOf(cause: unknown): string {
  let error = cause as { readonly code?: unknown; readonly cause?: unknown } | null | undefined;
  for (let depth = 0; typeof error === "object" && error !== null && depth < 4; depth += 1) {
    if (typeof error.code === "string") return error.code;
    error = error.cause as typeof error;
  }
  return "";
}
