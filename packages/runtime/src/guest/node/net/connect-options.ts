import { invalidArgType, nodeError, outOfRange } from "../node-error.ts";

export interface ConnectOptions {
  readonly host?: string;
  readonly port?: number | string;
  readonly path?: string;
  readonly family?: number;
  readonly timeout?: number;
  readonly noDelay?: boolean;
  readonly keepAlive?: boolean;
  readonly keepAliveInitialDelay?: number;
  readonly allowHalfOpen?: boolean;
  readonly signal?: AbortSignal;
}

type Callback = (...args: unknown[]) => void;

/** Node's ways of saying where to: `(options, cb)`, `(port, host, cb)`, `(path, cb)`. */
export function readConnectArguments<O extends ConnectOptions>(args: readonly unknown[]): [O, Callback | undefined] {
  const last = args.at(-1);
  const callback = typeof last === "function" ? (last as Callback) : undefined;
  const [first, second] = args;
  if (typeof first === "object" && first !== null) return [first as O, callback];
  if (typeof first === "string" && !/^\d+$/.test(first)) return [{ path: first } as O, callback];
  const host = typeof second === "string" ? { host: second } : {};
  return [{ port: first, ...host } as O, callback];
}

/** @throws for a path, which would be a socket in the host's file system, and for what is no port */
export function readDestination({ host, port, path, family }: ConnectOptions): {
  host: string;
  port: number;
  family: 0 | 4 | 6;
} {
  if (path !== undefined && path !== null) {
    throw nodeError(
      Error,
      "ENOENT",
      `connect ENOENT ${path}: a function has no Unix sockets; connect to a host and port instead`,
    );
  }
  if (typeof port !== "number" && typeof port !== "string") {
    throw invalidArgType("options.port", "one of type number or string", port);
  }
  const number = Number(port);
  if (!Number.isInteger(number) || number < 0 || number > 65_535 || port === "") {
    const message = `Port should be >= 0 and < 65536. Received ${String(port)}.`;
    throw nodeError(RangeError, "ERR_SOCKET_BAD_PORT", message);
  }
  if (family !== undefined && ![0, 4, 6].includes(family)) throw outOfRange("options.family", "0, 4 or 6", family);
  return {
    host: host === undefined || host === "" ? "localhost" : String(host),
    port: number,
    family: (family ?? 0) as 0 | 4 | 6,
  };
}
