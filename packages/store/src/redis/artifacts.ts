import type { ArtifactStore } from "@sluice/core";
import type { Redis } from "ioredis";
import { artifactDigest, checkArtifact } from "../artifact-digest.ts";
import { reply } from "./reply.ts";

export interface RedisArtifactsOptions {
  readonly redis: Redis;
  readonly prefix: string;
}

/** One string per digest, so that code spreads over the nodes of a cluster. */
export class RedisArtifacts implements ArtifactStore {
  readonly #redis: Redis;
  readonly #prefix: string;

  constructor(options: RedisArtifactsOptions) {
    this.#redis = options.redis;
    this.#prefix = options.prefix;
  }

  async put(bytes: Uint8Array): Promise<string> {
    const digest = artifactDigest(bytes);
    // Written even when it is there: deploying again is how a corrupt copy is healed.
    await reply(this.#redis.set(this.#key(digest), Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)));
    return digest;
  }

  async get(digest: string): Promise<Uint8Array | undefined> {
    const bytes = await reply(this.#redis.getBuffer(this.#key(digest)));
    return bytes === null ? undefined : checkArtifact(digest, bytes);
  }

  #key(digest: string): string {
    return `${this.#prefix}:artifact:${digest}`;
  }
}
