import { Redis, type RedisOptions } from "ioredis";

/**
 * An ioredis connection that can always be ended, together with its duplicates.
 *
 * ioredis told to disconnect while it waits to reconnect only forgets to do so: no `end` comes, and what was sent stays
 * unsettled. BullMQ waits for both when it closes a worker. One more attempt to connect, which ends either way, brings
 * them about.
 */
export class EndingRedis extends Redis {
  readonly #onFault: (error: Error) => void;
  readonly #duplicates = new Set<EndingRedis>();

  constructor(options: RedisOptions, onFault: (error: Error) => void) {
    super({ ...options, replyMapping: "legacy" });
    this.#onFault = onFault;
    this.on("error", onFault);
  }

  /**
   * BullMQ makes its blocking connections of this. (`never`, because the type of the base's answer, which depends on the
   * options given, cannot be written outside ioredis.)
   */
  override duplicate(override: Partial<RedisOptions> = {}): never {
    const duplicate = new EndingRedis({ ...this.options, ...override }, this.#onFault);
    this.#duplicates.add(duplicate);
    duplicate.on("end", () => this.#duplicates.delete(duplicate));
    return duplicate as never;
  }

  override disconnect(reconnect = false): void {
    const waiting = this.status === "reconnecting";
    super.disconnect(reconnect);
    if (reconnect || !waiting) return;
    const end = (): void => super.disconnect();
    this.once("ready", end);
    this.once("end", () => this.off("ready", end));
    this.connect().catch(() => undefined);
  }

  /** Ends this connection and every duplicate that has not ended yet. */
  disconnectAll(): void {
    for (const duplicate of this.#duplicates) duplicate.disconnect();
    this.disconnect();
  }
}
