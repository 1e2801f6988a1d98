import { PlatformError } from "@sluice/core";
import type { Redis } from "ioredis";
import type { QueueRedis } from "./queue-redis.ts";
import { toPlatformError, unavailable } from "./redis-fault.ts";

/**
 * A connection whose every use answers in bounded time, Redis up, down or standing still.
 *
 * - Nothing is sent before the connection is ready, so what was answered with an error is not carried out later. (A
 *   command that was already sent when Redis stood still can be: its caller was told 503, not that it did not happen.)
 * - A connection on which nothing came back for the whole time is dropped (`socketTimeout`) and made anew; what was
 *   sent on it fails at once (`maxRetriesPerRequest: 0`) and is never sent again.
 * - After that time without a connection, calls fail at once instead of piling up.
 */
export class BoundedRedis {
  readonly client: Redis;
  readonly #timeoutMs: number;
  readonly #waiting = new Set<() => void>();
  #unreadySince: number | undefined;
  #stopping: Promise<void> | undefined;
  #running = 0;
  #onIdle: (() => void) | undefined;

  constructor(redis: QueueRedis, timeoutMs: number, onReady: () => void) {
    this.#timeoutMs = timeoutMs;
    this.client = redis.open("commands", {
      connectTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
    });
    this.client.on("ready", () => {
      this.#unreadySince = undefined;
      onReady();
      for (const go of this.#waiting) go();
      this.#waiting.clear();
    });
  }

  /** @throws PlatformError Service.Unavailable, Service.StorageFull, Service.Draining, Internal.Error */
  async run<T>(work: (client: Redis) => Promise<T>): Promise<T> {
    if (this.#stopping !== undefined) throw new PlatformError("Service.Draining");
    this.#running += 1;
    const deadline = this.#startDeadline();
    try {
      if (this.client.status !== "ready") await this.#ready();
      return await Promise.race([work(this.client), deadline.passed]);
    } catch (error) {
      throw toPlatformError(error);
    } finally {
      deadline.clear();
      this.#running -= 1;
      if (this.#running === 0) this.#onIdle?.();
    }
  }

  /** Lets running calls end, which takes as long as one may take, and disconnects. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    if (this.#running > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve));
    this.client.disconnect();
  }

  #startDeadline(): { readonly passed: Promise<never>; clear(): void } {
    let timer: NodeJS.Timeout | undefined;
    const passed = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(unavailable()), this.#timeoutMs);
    });
    // Nobody listens while the call still waits for the connection, which has a deadline of its own.
    passed.catch(() => undefined);
    return { passed, clear: () => clearTimeout(timer) };
  }

  async #ready(): Promise<void> {
    if (this.client.status === "wait") this.client.connect().catch(() => undefined);
    this.#unreadySince ??= performance.now();
    const graceMs = this.#unreadySince + this.#timeoutMs - performance.now();
    if (graceMs <= 0) throw unavailable();
    await new Promise<void>((resolve, reject) => {
      const go = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(go);
        reject(unavailable());
      }, graceMs);
      this.#waiting.add(go);
    });
  }
}
