import type { AddressInfo, Server, Socket } from "node:net";

/** Servers of a test on free ports, which functions are to reach. */
export class LocalServers {
  readonly #servers: Server[] = [];
  readonly #connections: Socket[] = [];

  /** @returns its port, on 127.0.0.1 */
  async listen(server: Server): Promise<number> {
    this.#servers.push(server);
    server.on("connection", (socket: Socket) => this.#connections.push(socket));
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    return (server.address() as AddressInfo).port;
  }

  /** Also those whose clients hold on to their connections. */
  async close(): Promise<void> {
    for (const socket of this.#connections.splice(0)) socket.destroy();
    await Promise.all(this.#servers.splice(0).map((server) => new Promise((done) => server.close(done))));
  }
}
