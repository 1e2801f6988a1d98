import { PlatformError } from "./platform-error.ts";

/** Where a server is, as ioredis takes it. */
export interface RedisAddress {
  readonly path?: string;
  readonly host?: string;
  readonly port?: number;
  readonly db: number;
  readonly username?: string;
  readonly password?: string;
  /** Present: TLS with Node's own certificate checks. */
  readonly tls?: { readonly rejectUnauthorized: true };
}

/**
 * Reads `redis://[user[:password]@]host[:port][/db]`, `rediss://…` (TLS), `unix:/path[?db=n]` or the bare
 * path of a socket. Messages never show
 * the address, because it may hold a password.
 *
 * @throws PlatformError Service.Unavailable
 */
export function parseRedisAddress(text: string): RedisAddress {
  if (text.startsWith("/")) return { path: text, db: 0 };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "unix:" && url.host === "" && url.pathname.startsWith("/")) {
    return { path: decode(url.pathname), db: database(url.searchParams.get("db") ?? "0") };
  }
  if ((url?.protocol !== "redis:" && url?.protocol !== "rediss:") || url.hostname === "") {
    throw fault("must be redis://host:port, rediss://host:port or unix:/path");
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? 6379 : Number(url.port),
    db: database(url.pathname.slice(1) || "0"),
    ...(url.username === "" ? {} : { username: decode(url.username) }),
    ...(url.password === "" ? {} : { password: decode(url.password) }),
    ...(url.protocol === "rediss:" ? { tls: { rejectUnauthorized: true } } : {}),
  };
}

function database(text: string): number {
  if (!/^[0-9]{1,5}$/.test(text)) throw fault("must name its database by number");
  return Number(text);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw fault("has a '%' that is not written as %25");
  }
}

function fault(message: string): PlatformError {
  return new PlatformError("Service.Unavailable", `The address of Redis ${message}.`);
}
