import { readErrorBody, SluiceApiError, SluiceConnectionError } from "./api-error.ts";

export type Fetch = typeof globalThis.fetch;

export interface RequesterOptions {
  /** Address of the gateway, such as `http://127.0.0.1:8080`. */
  readonly endpoint: string;
  /** `<access key id>.<secret access key>` */
  readonly token: string;
  readonly fetch?: Fetch;
}

export interface ApiRequest {
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Sent as it is. */
  readonly body?: string;
  readonly signal?: AbortSignal;
}

export type Requester = (method: string, path: string, request?: ApiRequest) => Promise<unknown>;

/** Sends one request to `/api/v1` and answers its JSON; undefined when the answer has no body. */
export function createRequester(options: RequesterOptions): Requester {
  const endpoint = options.endpoint.replace(/\/+$/, "");
  const send = options.fetch ?? globalThis.fetch;
  return async (method, path, { query = {}, body, signal } = {}) => {
    const url = new URL(`${endpoint}/api/v1${path}`);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const headers: Record<string, string> = { authorization: `Bearer ${options.token}`, accept: "application/json" };
    if (body !== undefined) headers["content-type"] = "application/json";
    const init = { method, headers, ...(body === undefined ? {} : { body }), ...(signal ? { signal } : {}) };
    const { status, ok, text } = await exchange(send, url, init, endpoint);
    if (!ok) throw new SluiceApiError(status, readErrorBody(status, text));
    if (text === "") return undefined;
    return parseAnswer(status, text);
  };
}

interface Exchange {
  readonly status: number;
  readonly ok: boolean;
  readonly text: string;
}

async function exchange(send: Fetch, url: URL, init: RequestInit, endpoint: string): Promise<Exchange> {
  try {
    const response = await send(url, init);
    return { status: response.status, ok: response.ok, text: await response.text() };
  } catch (error) {
    if (init.signal?.aborted || (error instanceof Error && error.name === "AbortError")) throw error;
    throw new SluiceConnectionError(endpoint, error);
  }
}

function parseAnswer(status: number, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new SluiceApiError(status, readErrorBody(status, text));
  }
}
