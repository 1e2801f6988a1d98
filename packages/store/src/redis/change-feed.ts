import { PlatformError } from "@sluice/core";
import type { Redis } from "ioredis";
import { connectLike } from "./connect.ts";
import { reply } from "./reply.ts";

export interface ChangeListener {
  readonly onMessage: (text: string) => void;
  /** The connection was lost and is back: messages in between never came. */
  readonly onGap: () => void;
}

export interface ChangeFeedOptions {
  /** The feed makes a connection like it when it is first listened to. */
  readonly redis: Redis;
  readonly heartbeatMs?: number;
}

/**
 * Messages that processes send one another (Redis pub/sub), on one connection for all channels.
 *
 * 1. A listener is in place when `listen` resolved: no later message is missed without `onGap` being called.
 * 2. `onGap` comes after the channels are subscribed again, so whoever reads afresh then misses nothing.
 * 3. A connection that died without a word (a firewall forgot it) is found by a ping, because nothing else is ever sent
 *    on it and TCP alone takes minutes.
 */
export class ChangeFeed {
  readonly #redis: Redis;
  readonly #heartbeatMs: number;
  readonly #listeners = new Map<string, Set<ChangeListener>>();
  #connection: Redis | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: ChangeFeedOptions) {
    this.#redis = options.redis;
    this.#heartbeatMs = options.heartbeatMs ?? 10_000;
  }

  /** Answers a function that ends the listening. @throws PlatformError Service.Unavailable, Service.Draining */
  async listen(channel: string, listener: ChangeListener): Promise<() => Promise<void>> {
    if (this.#stopped) throw new PlatformError("Service.Draining");
    const connection = this.#connect();
    const listeners = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, listeners.add(listener));
    const remove = (): boolean => {
      listeners.delete(listener);
      return listeners.size === 0 && this.#listeners.get(channel) === listeners && this.#listeners.delete(channel);
    };
    try {
      await reply(connection.subscribe(channel));
    } catch (error) {
      remove();
      throw error;
    }
    return async () => {
      // A failure leaves at most a subscription that nobody listens to, until the next reconnect.
      if (remove()) await connection.unsubscribe(channel).catch(() => undefined);
    };
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#listeners.clear();
    clearInterval(this.#heartbeat);
    this.#connection?.disconnect();
  }

  #connect(): Redis {
    if (this.#connection !== undefined) return this.#connection;
    // ioredis would subscribe again by itself, but leaves a failure of that as an unhandled rejection.
    const connection = connectLike(this.#redis, "changes", { autoResubscribe: false });
    let wasReady = false;
    connection.on("ready", () => {
      if (wasReady) void this.#resubscribe(connection);
      wasReady = true;
    });
    connection.on("message", (channel, text) => {
      for (const listener of this.#listeners.get(channel) ?? []) listener.onMessage(text);
    });
    this.#heartbeat = setInterval(() => void this.#ping(connection), this.#heartbeatMs).unref();
    this.#connection = connection;
    return connection;
  }

  async #resubscribe(connection: Redis): Promise<void> {
    const channels = [...this.#listeners.keys()];
    if (channels.length === 0) return;
    try {
      await connection.subscribe(...channels);
    } catch {
      reconnect(connection);
      return;
    }
    for (const channel of channels) for (const listener of this.#listeners.get(channel) ?? []) listener.onGap();
  }

  async #ping(connection: Redis): Promise<void> {
    if (connection.status !== "ready") return;
    try {
      await connection.ping();
    } catch {
      reconnect(connection);
    }
  }
}

/** Anything but "ready" is on its way to a new connection already, or closed for good. */
function reconnect(connection: Redis): void {
  if (connection.status === "ready") connection.disconnect(true);
}
