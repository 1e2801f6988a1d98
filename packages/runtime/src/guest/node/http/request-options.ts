import { loadBuffer } from "../../lazy.ts";
import { nodeError } from "../node-error.ts";
import type { SecureOptions } from "../net/secure-context.ts";
import type { GivenHeaders } from "./outgoing-headers.ts";

export interface RequestOptions extends SecureOptions {
  readonly protocol?: string | null;
  readonly host?: string | null;
  readonly hostname?: string | null;
  readonly port?: number | string | null;
  readonly defaultPort?: number | string;
  readonly path?: string | null;
  readonly method?: string;
  readonly headers?: GivenHeaders;
  readonly auth?: string | null;
  readonly timeout?: number;
  readonly agent?: unknown;
  readonly signal?: AbortSignal;
  readonly setHost?: boolean;
  readonly socketPath?: string | null;
}

type ResponseListener = (response: unknown) => void;

/** `(url[, options][, callback])` or `(options[, callback])`, where the URL may be text or a URL. */
export function readRequestArguments(args: readonly unknown[]): [RequestOptions, ResponseListener | undefined] {
  const [first] = args;
  const callback = args.find((arg) => typeof arg === "function") as ResponseListener | undefined;
  const isUrl = typeof first === "string" || isUrlObject(first);
  const second = isUrl ? args[1] : first;
  const given = typeof second === "object" && second !== null ? (second as RequestOptions) : {};
  return [isUrl ? { ...optionsOf(first), ...given } : { ...given }, callback];
}

function isUrlObject(value: unknown): value is URL {
  return typeof value === "object" && value !== null && value instanceof URL;
}

function optionsOf(address: string | URL): RequestOptions {
  const url = typeof address === "string" ? parse(address) : address;
  const { protocol, hostname, port, pathname, search, username, password } = url;
  return {
    protocol,
    hostname: hostname.replace(/^\[|\]$/g, ""),
    path: `${pathname}${search}`,
    ...(port === "" ? {} : { port: Number(port) }),
    ...(username === "" && password === ""
      ? {}
      : { auth: `${decodeURIComponent(username)}:${decodeURIComponent(password)}` }),
  };
}

function parse(address: string): URL {
  if (!URL.canParse(address))
    throw Object.assign(nodeError(TypeError, "ERR_INVALID_URL", "Invalid URL"), { input: address });
  return new URL(address);
}

export interface Target {
  readonly protocol: string;
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly method: string;
  readonly url: string;
}

/** @throws for what Node refuses too, and for Unix sockets, which a function does not have */
export function targetOf(options: RequestOptions, defaultProtocol: "http:" | "https:"): Target {
  const protocol = options.protocol || defaultProtocol;
  if (protocol !== "http:" && protocol !== "https:") {
    const message = `Protocol "${protocol}" not supported. Expected "${defaultProtocol}"`;
    throw nodeError(TypeError, "ERR_INVALID_PROTOCOL", message);
  }
  if (options.socketPath) {
    const message = "A function has no Unix sockets: give a host and a port instead of 'socketPath'";
    throw nodeError(Error, "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM", message);
  }
  const path = options.path || "/";
  if (/[^\x21-\xff]/.test(path)) {
    throw nodeError(TypeError, "ERR_UNESCAPED_CHARACTERS", "Request path contains unescaped characters");
  }
  const host = String(options.hostname || options.host || "localhost").replace(/^\[|\]$/g, "");
  const port = Number(options.port || options.defaultPort || (protocol === "https:" ? 443 : 80));
  const method = options.method === undefined ? "GET" : String(options.method).toUpperCase();
  if (!/^[\^_`A-Z\-0-9!#$%&'*+.|~]+$/.test(method)) {
    throw nodeError(TypeError, "ERR_INVALID_HTTP_TOKEN", `Method must be a valid HTTP token ["${method}"]`);
  }
  const authority = host.includes(":") ? `[${host}]` : host;
  const url = `${protocol}//${authority}:${port}${path.startsWith("/") ? path : `/${path}`}`;
  return { protocol, host, port, path, method, url };
}

export function basicAuthorization(auth: string): string {
  return `Basic ${(loadBuffer().Buffer.from(auth) as { toString(encoding: string): string }).toString("base64")}`;
}
