import type { Redis } from "ioredis";
import { connectLike } from "./connect.ts";
import { reply } from "./reply.ts";

export interface ChangeListener {
  readonly onMessage: (text: string) => void;
  /** The connection was lost and is back: messages in between never came. */
  readonly onGap: () => void;
}

export interface ChangeFeedOptions {
  readonly redis: Redis;
  /** Connection to subscribe on, which the caller closes. Without it the feed makes its own on first use. */
  readonly subscriber?: Redis | undefined;
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
  readonly #given: Redis | undefined;
  readonly #heartbeatMs: number;
  readonly #listeners = new Map<string, Set<ChangeListener>>();
  #connection: Redis | undefined;
  #detach: () => void = () => undefined;

  constructor(options: ChangeFeedOptions) {
    this.#redis = options.redis;
    this.#given = options.subscriber;
    this.#heartbeatMs = options.heartbeatMs ?? 10_000;
  }

  /** Answers a function that ends the listening. @throws PlatformError Service.Unavailable */
  async listen(channel: string, listener: ChangeListener): Promise<() => Promise<void>> {
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
    this.#listeners.clear();
    this.#detach();
    if (this.#given === undefined) this.#connection?.disconnect();
    this.#connection = undefined;
  }

  #connect(): Redis {
    if (this.#connection !== undefined) return this.#connection;
    // ioredis would subscribe again by itself, but leaves a failure of that as an unhandled rejection.
    const connection = this.#given ?? connectLike(this.#redis, "changes", { autoResubscribe: false });
    let wasReady = connection.status === "ready";
    const onReady = (): void => {
      if (wasReady) void this.#resubscribe(connection);
      wasReady = true;
    };
    const onMessage = (channel: string, text: string): void => {
      for (const listener of this.#listeners.get(channel) ?? []) listener.onMessage(text);
    };
    const heartbeat = setInterval(() => void this.#ping(connection), this.#heartbeatMs).unref();
    connection.on("ready", onReady).on("message", onMessage);
    this.#detach = () => {
      clearInterval(heartbeat);
      connection.off("ready", onReady).off("message", onMessage);
    };
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
