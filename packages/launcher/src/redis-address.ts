/** Where a Redis server listens, as one short-lived connection needs to know it. */
export interface RedisAddress {
  readonly path?: string;
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly username: string;
  readonly password: string;
}

/** Takes `redis://`, `rediss://` and the bare path of a socket: the forms that `EnvReader.redisUrl` answers. */
export function parseRedisAddress(url: string): RedisAddress {
  const none = { host: "", port: 0, tls: false, username: "", password: "" };
  if (url.startsWith("/")) return { ...none, path: url };
  const parsed = new URL(url);
  return {
    host: parsed.hostname.replace(/^\[|\]$/g, ""),
    port: parsed.port === "" ? 6379 : Number(parsed.port),
    tls: parsed.protocol === "rediss:",
    username: decodeURIComponent(parsed.username),
    password: decodeURIComponent(parsed.password),
  };
}

/** For people: without the password. */
export function showRedisAddress(url: string): string {
  if (url.startsWith("/")) return `unix:${url}`;
  return url.replace(/\/\/([^/@]*)@/, "//");
}
