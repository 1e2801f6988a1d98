import type { ApiServer } from "./api-server.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed body; undefined when there is none. */
  readonly body: unknown;
}

export interface RawRequest {
  readonly token?: string | null;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One raw request to the API, with the default tenant's key unless another, or none, is given. */
export async function send(api: ApiServer, method: string, path: string, request: RawRequest = {}): Promise<Answer> {
  const { token = api.token, body, headers = {} } = request;
  const response = await fetch(`${api.endpoint}/api/v1${path}`, {
    method,
    headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...headers },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.startsWith("application/json") === true && text !== "";
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined };
}

export function put(api: ApiServer, name: string, document: unknown, path = ""): Promise<Answer> {
  return send(api, "PUT", `/functions/${name}${path}`, { body: JSON.stringify(document) });
}

/** Base64 of some code. */
export function code(text = "exports.handler = async () => 1;"): string {
  return Buffer.from(text).toString("base64");
}
