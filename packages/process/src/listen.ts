import type { Server as HttpServer } from "node:http";
import type { AddressInfo, Server } from "node:net";
import { StartError } from "./start-error.ts";

export interface ListenOptions {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  /** The setting that changes the port, named in the error when the port is taken. */
  readonly setting: string;
}

export interface Listening {
  readonly port: number;
  /** `host:port`, IPv6 in brackets. */
  readonly address: string;
}

/** @throws StartError that names the setting, when the port is taken, privileged or not this machine's */
export async function listen(server: Server, options: ListenOptions): Promise<Listening> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen({ host: options.host, port: options.port }, resolve);
  try {
    await promise;
  } catch (cause) {
    throw new StartError(explain(cause, options), { cause });
  } finally {
    server.off("error", reject);
  }
  const { port } = server.address() as AddressInfo;
  return { port, address: `${options.host.includes(":") ? `[${options.host}]` : options.host}:${port}` };
}

function explain(cause: unknown, { host, port, setting }: ListenOptions): string {
  const code: unknown = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined;
  switch (code) {
    case "EADDRINUSE":
      return `Port ${port} on ${host} is already in use. Stop the process that uses it, or set ${setting} to a free port.`;
    case "EACCES":
      return `Port ${port} on ${host} needs more rights than this process has. Set ${setting} to a port above 1023.`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `${host} is not an address of this machine, so port ${port} (${setting}) cannot be opened on it.`;
    default:
      return `Port ${port} on ${host} (${setting}) cannot be opened: ${String(cause)}`;
  }
}

/**
 * Takes no new connections, lets running requests finish, and cuts what is left when the signal fires. Resolves when
 * the last connection is closed; at once when the server does not listen.
 */
export async function closeServer(server: HttpServer, signal?: AbortSignal): Promise<void> {
  if (!server.listening) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const cut = (): void => server.closeAllConnections();
  server.close(() => resolve());
  server.closeIdleConnections();
  if (signal?.aborted) cut();
  signal?.addEventListener("abort", cut, { once: true });
  await promise;
  signal?.removeEventListener("abort", cut);
}
