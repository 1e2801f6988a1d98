import { chmod, mkdir, rm } from "node:fs/promises";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { dirname, resolve } from "node:path";
import type { WorkerStatus } from "@sluice/core";
import { StartError } from "@sluice/process";
import type { Executor } from "../executor.ts";
import { formatLaneAddress, type LaneAddress, parseLaneAddress } from "./address.ts";
import { DirectLaneConnection } from "./connection.ts";

export interface DirectLaneServerOptions {
  /** `unix:/path` or `tcp:host:port`. */
  readonly address: string;
  readonly token: string;
  readonly executor: Executor;
  readonly status: () => WorkerStatus;
}

/** A socket path longer than this does not fit the kernel's address structure. */
const SOCKET_PATH_MAX = 103;
const STATUS_DELAY_MS = 20;

/** Takes synchronous calls from gateways. */
export class DirectLaneServer {
  readonly #options: DirectLaneServerOptions;
  readonly #server: Server;
  readonly #connections = new Map<Socket, DirectLaneConnection>();
  #runs = 0;
  #idle: (() => void) | undefined;
  #statusTimer: NodeJS.Timeout | undefined;

  constructor(options: DirectLaneServerOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  /** @returns the address to announce. @throws StartError when it cannot be listened on */
  async start(): Promise<string> {
    const address = parseLaneAddress(this.#options.address);
    if (address === undefined) {
      throw new StartError(`SLUICE_DIRECT_LANE is '${this.#options.address}'; write 'unix:/path' or 'tcp:host:port'.`);
    }
    if (address.kind === "unix") return await this.#listenUnix(resolve(address.path));
    await this.#listen({ host: address.host, port: address.port });
    const { port } = this.#server.address() as AddressInfo;
    return formatLaneAddress({ ...address, port });
  }

  /** Tells gateways soon, and once for many changes. */
  statusChanged(): void {
    this.#statusTimer ??= setTimeout(() => {
      this.#statusTimer = undefined;
      for (const connection of this.#connections.values()) connection.sendStatus();
    }, STATUS_DELAY_MS);
  }

  /** Resolves when no call runs any more, or the deadline has come. */
  async drain(deadline: AbortSignal): Promise<void> {
    this.statusChanged();
    if (this.#runs === 0 || deadline.aborted) return;
    await new Promise<void>((done) => {
      this.#idle = done;
      deadline.addEventListener("abort", () => done(), { once: true });
    });
  }

  async stop(): Promise<void> {
    clearTimeout(this.#statusTimer);
    const closed = new Promise<void>((done) => {
      this.#server.close(() => done());
    });
    for (const socket of this.#connections.keys()) socket.destroySoon();
    await closed;
  }

  async #listenUnix(path: string): Promise<string> {
    if (Buffer.byteLength(path) > SOCKET_PATH_MAX) {
      throw new StartError(`SLUICE_DIRECT_LANE's path is longer than ${SOCKET_PATH_MAX} bytes: ${path}`);
    }
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    // Left over from a process that was killed: worker ids are not shared, so nobody listens there.
    await rm(path, { force: true });
    await this.#listen({ path });
    await chmod(path, 0o600);
    return formatLaneAddress({ kind: "unix", path } satisfies LaneAddress);
  }

  #listen(where: { readonly path: string } | { readonly host: string; readonly port: number }): Promise<void> {
    return new Promise((done, fail) => {
      this.#server.once("error", (error) => {
        fail(new StartError(`The direct lane cannot listen (SLUICE_DIRECT_LANE): ${error.message}`, { cause: error }));
      });
      this.#server.listen(where, () => done());
    });
  }

  #accept(socket: Socket): void {
    const { token, executor, status } = this.#options;
    const onRun = (change: 1 | -1): void => {
      this.#runs += change;
      if (this.#runs === 0) this.#idle?.();
    };
    this.#connections.set(socket, new DirectLaneConnection({ socket, token, executor, status, onRun }));
    socket.on("close", () => this.#connections.delete(socket));
  }
}
