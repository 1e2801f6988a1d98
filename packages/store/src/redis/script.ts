import { createHash } from "node:crypto";
import type { Redis } from "ioredis";
import { reply } from "./reply.ts";

type Argument = string | number | Buffer;

/** A Lua script: sent by its digest, and in full only when the server does not have it (restarted, flushed, new node). */
export class Script {
  readonly #lua: string;
  readonly #sha: string;

  constructor(lua: string) {
    this.#lua = lua;
    this.#sha = createHash("sha1").update(lua).digest("hex");
  }

  /** Strings in the reply are text. @throws PlatformError as `reply` */
  run(redis: Redis, keys: readonly Argument[], args: readonly Argument[]): Promise<unknown> {
    const rest = [keys.length, ...keys, ...args];
    return reply(
      this.#send(
        () => redis.call("EVALSHA", this.#sha, ...rest),
        () => redis.call("EVAL", this.#lua, ...rest),
      ),
    );
  }

  /** Strings in the reply are bytes. @throws PlatformError as `reply` */
  runBuffer(redis: Redis, keys: readonly Argument[], args: readonly Argument[]): Promise<unknown> {
    const rest = [keys.length, ...keys, ...args];
    return reply(
      this.#send(
        () => redis.callBuffer("EVALSHA", this.#sha, ...rest),
        () => redis.callBuffer("EVAL", this.#lua, ...rest),
      ),
    );
  }

  async #send(byDigest: () => Promise<unknown>, inFull: () => Promise<unknown>): Promise<unknown> {
    try {
      return await byDigest();
    } catch (error) {
      if (error instanceof Error && error.message.startsWith("NOSCRIPT")) return await inFull();
      throw error;
    }
  }
}
