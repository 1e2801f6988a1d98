import type { ServerResponse } from "node:http";

/** Scheme and host under which the caller reached this gateway, so that an address it is given leads back here. */
export function originOf({ req }: ServerResponse): string {
  const { headers, socket } = req;
  const host = headers.host ?? `${socket.localAddress ?? "127.0.0.1"}:${socket.localPort ?? 80}`;
  return `${"encrypted" in socket ? "https" : "http"}://${host}`;
}
