/** Where the embedded server listens. */
export type RedisEndpoint =
  | { readonly type: "socket"; readonly path: string }
  | { readonly type: "tcp"; readonly port: number; readonly password: string };

/**
 * The embedded server's configuration. Nothing accepted may be lost when a process is killed: each write is in the
 * append-only file (and so in the kernel's hands) before its answer, `everysec` bounds what a power cut takes, and
 * `noeviction` refuses writes rather than forgetting queued work. A tail that a crash cut short is dropped on loading.
 */
export function redisConfig(dataPath: string, endpoint: RedisEndpoint): string {
  const lines = [
    ...endpointLines(endpoint),
    `dir ${quote(dataPath)}`,
    "daemonize no",
    "supervised no",
    'save ""',
    "appendonly yes",
    "appendfsync everysec",
    "aof-load-truncated yes",
    "auto-aof-rewrite-percentage 100",
    "auto-aof-rewrite-min-size 64mb",
    "maxmemory-policy noeviction",
    "tcp-keepalive 60",
    "loglevel notice",
  ];
  return `${lines.join("\n")}\n`;
}

export function endpointUrl(endpoint: RedisEndpoint): string {
  return endpoint.type === "socket" ? endpoint.path : `redis://:${endpoint.password}@127.0.0.1:${endpoint.port}`;
}

function endpointLines(endpoint: RedisEndpoint): readonly string[] {
  return endpoint.type === "socket"
    ? ["port 0", `unixsocket ${quote(endpoint.path)}`, "unixsocketperm 700"]
    : [`port ${endpoint.port}`, "bind 127.0.0.1", "protected-mode yes", `requirepass ${endpoint.password}`];
}

function quote(text: string): string {
  return `"${text.replace(/[\\"]/g, "\\$&")}"`;
}
