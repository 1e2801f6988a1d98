import {
  type BoundTrigger,
  type CronTrigger,
  DEFAULT_FUNCTION_CONFIG,
  functionKey,
  type FunctionRecord,
  type FunctionRef,
  type FunctionVersion,
  LATEST,
  parseFunctionKey,
  type PutFunction,
  type PutFunctionResult,
  type Registry,
  type Trigger,
  type TriggerType,
} from "@sluice/core";
import type { Redis } from "ioredis";
import { nameTaken, preparePut, triggerField, type UnnumberedVersion } from "../function-put.ts";
import type { ChangeFeed } from "./change-feed.ts";
import { redisKey } from "./redis-key.ts";
import { DELETE_FUNCTION, PUT_FUNCTION } from "./registry-scripts.ts";
import { reply } from "./reply.ts";

export interface RedisRegistryOptions {
  readonly redis: Redis;
  readonly prefix: string;
  readonly feed: ChangeFeed;
}

type PutReply = ["taken", string, string] | ["put", string, string, number, number];

/** Records fetched at once, so that a long list neither blocks Redis nor fills a reply. */
const PAGE = 200;

/**
 * The whole registry lives under one hash tag. It is small and read through caches, and so a put can change a function,
 * the trigger names of its tenant and the cron triggers of all tenants in one atomic step, on a Redis Cluster too.
 */
export class RedisRegistry implements Registry {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #feed: ChangeFeed;

  constructor(options: RedisRegistryOptions) {
    this.#redis = options.redis;
    this.#prefix = options.prefix;
    this.#feed = options.feed;
  }

  async putFunction(params: PutFunction): Promise<PutFunctionResult> {
    const { tenant, name } = params.ref;
    const put = preparePut(params);
    const answer = (await PUT_FUNCTION.run(
      this.#redis,
      [...this.#functionKeys(params.ref), this.#key("numbers")],
      [
        functionKey(params.ref),
        tenant,
        name,
        put.fingerprint,
        JSON.stringify(put.version),
        put.triggers,
        params.now,
        this.#key("changes"),
        ...put.bound.flatMap(({ field, trigger }) => [field, JSON.stringify(trigger)]),
      ],
    )) as PutReply;
    if (answer[0] === "taken") throw nameTaken(answer[1], answer[2]);
    const [, number, version, published, triggersChanged] = answer;
    return {
      version: toVersion(version, number),
      published: published === 1,
      triggersChanged: triggersChanged === 1,
    };
  }

  async getFunction(ref: FunctionRef): Promise<FunctionRecord | undefined> {
    const hash = await reply(this.#redis.hgetall(this.#functionKey(ref)));
    return toRecord(ref, hash);
  }

  async getVersion(ref: FunctionRef, qualifier: string): Promise<FunctionVersion | undefined> {
    if (qualifier === LATEST) return (await this.getFunction(ref))?.latest;
    const version = await reply(this.#redis.hget(this.#versionsKey(ref), qualifier));
    return version === null ? undefined : toVersion(version, qualifier);
  }

  async listVersions(ref: FunctionRef): Promise<readonly FunctionVersion[]> {
    const versions = await reply(this.#redis.hgetall(this.#versionsKey(ref)));
    return Object.entries(versions)
      .map(([number, version]) => toVersion(version, number))
      .sort((a, b) => Number(a.version) - Number(b.version));
  }

  async listFunctions(
    tenant: string,
    page: { readonly after?: string; readonly limit?: number } = {},
  ): Promise<readonly FunctionRecord[]> {
    const limit = page.limit ?? Number.POSITIVE_INFINITY;
    const records: FunctionRecord[] = [];
    let after = page.after ?? "";
    while (records.length < limit) {
      const count = Math.min(PAGE, limit - records.length);
      const names = await reply(
        this.#redis.zrangebylex(this.#namesKey(tenant), after === "" ? "-" : `(${after}`, "+", "LIMIT", 0, count),
      );
      // A function deleted between the two steps is simply not there any more.
      const found = await Promise.all(names.map((name) => this.getFunction({ tenant, name })));
      for (const record of found) if (record !== undefined) records.push(record);
      const last = names.at(-1);
      if (last === undefined || names.length < count) break;
      after = last;
    }
    return records;
  }

  async deleteFunction(ref: FunctionRef): Promise<boolean> {
    const args = [functionKey(ref), ref.tenant, ref.name, this.#key("changes")];
    return (await DELETE_FUNCTION.run(this.#redis, this.#functionKeys(ref), args)) === 1;
  }

  async getTrigger<T extends TriggerType>(
    tenant: string,
    type: T,
    name: string,
  ): Promise<BoundTrigger<Extract<Trigger, { type: T }>> | undefined> {
    const held = await reply(this.#redis.hget(this.#triggersKey(tenant), triggerField(type, name)));
    return held === null ? undefined : JSON.parse(held.slice(held.indexOf(" ") + 1));
  }

  async listCronTriggers(): Promise<readonly BoundTrigger<CronTrigger>[]> {
    const triggers = await reply(this.#redis.hvals(this.#key("cron")));
    return triggers.map((trigger) => JSON.parse(trigger) as BoundTrigger<CronTrigger>);
  }

  onChange(listener: (ref: FunctionRef | undefined) => void): Promise<() => Promise<void>> {
    return this.#feed.listen(this.#key("changes"), {
      onMessage: (text) => listener(parseFunctionKey(text)),
      onGap: () => listener(undefined),
    });
  }

  #functionKeys(ref: FunctionRef): string[] {
    return [
      this.#functionKey(ref),
      this.#versionsKey(ref),
      this.#namesKey(ref.tenant),
      this.#triggersKey(ref.tenant),
      this.#key("cron"),
    ];
  }

  #key(name: string): string {
    return redisKey(this.#prefix, "registry", name);
  }

  #functionKey(ref: FunctionRef): string {
    return this.#key(`function:${functionKey(ref)}`);
  }

  #versionsKey(ref: FunctionRef): string {
    return this.#key(`versions:${functionKey(ref)}`);
  }

  #namesKey(tenant: string): string {
    return this.#key(`names:${tenant}`);
  }

  #triggersKey(tenant: string): string {
    return this.#key(`triggers:${tenant}`);
  }
}

function toVersion(json: string, version: string): FunctionVersion {
  const stored = JSON.parse(json) as Omit<UnnumberedVersion, "sourceMapDigest"> & Partial<UnnumberedVersion>;
  // Versions of before these fields: no map, and the one runtime that there was.
  const { sourceMapDigest = null, config } = stored;
  return {
    ...stored,
    sourceMapDigest,
    config: { ...config, runtime: config.runtime ?? DEFAULT_FUNCTION_CONFIG.runtime },
    version,
  };
}

function toRecord(ref: FunctionRef, hash: Readonly<Record<string, string>>): FunctionRecord | undefined {
  const { latest, version, triggers, createdAt, updatedAt } = hash;
  if (latest === undefined || version === undefined || triggers === undefined) return undefined;
  return {
    tenant: ref.tenant,
    name: ref.name,
    latest: toVersion(version, latest),
    triggers: JSON.parse(triggers) as readonly Trigger[],
    createdAt: Number(createdAt),
    updatedAt: Number(updatedAt),
  };
}
