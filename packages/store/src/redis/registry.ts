import {
  type BoundTrigger,
  type ChangeResult,
  type CronTrigger,
  type DecideChange,
  functionKey,
  type FunctionRecord,
  type FunctionRef,
  type FunctionVersion,
  type HttpTrigger,
  LATEST,
  parseFunctionKey,
  PlatformError,
  type Registry,
  type Trigger,
  type TriggerType,
} from "@sluice/core";
import type { Redis } from "ioredis";
import { nameTaken, type PreparedChange, prepareChange, toResult, triggerField } from "../function-change.ts";
import type { ChangeFeed } from "./change-feed.ts";
import { redisKey } from "./redis-key.ts";
import { CHANGE_FUNCTION, DELETE_FUNCTION, DELETE_VERSION } from "./registry-scripts.ts";
import { reply } from "./reply.ts";

export interface RedisRegistryOptions {
  readonly redis: Redis;
  readonly prefix: string;
  readonly feed: ChangeFeed;
}

type ChangeReply = ["changed meanwhile"] | ["taken", string, string] | ["done", string];

/** More than that many others changed the same function between a read and the write: something is wrong. */
const ROUNDS_MAX = 200;

/** Records fetched at once, so that a long list neither blocks Redis nor fills a reply. */
const PAGE = 200;

/**
 * The whole registry lives under one hash tag. It is small and read through caches, and so one atomic step can change a function,
 * the trigger names of its tenant and the URLs and cron triggers of all tenants, on a Redis Cluster too.
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

  async change(ref: FunctionRef, decide: DecideChange): Promise<ChangeResult> {
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const held = await this.#read(ref);
      const change = decide(held?.record);
      if (change === undefined) return { record: held?.record, published: null };
      const prepared = prepareChange(ref, held?.record, change);
      const answer = await this.#write(ref, held?.etag ?? "", prepared);
      if (answer[0] === "taken") throw nameTaken(answer[1], answer[2]);
      if (answer[0] === "done") return toResult(prepared, answer[1]);
    }
    throw new PlatformError("Service.Unavailable", "The function is changed by too many others at the same time.");
  }

  async getFunction(ref: FunctionRef): Promise<FunctionRecord | undefined> {
    return (await this.#read(ref))?.record;
  }

  async getVersion(ref: FunctionRef, version: string): Promise<FunctionVersion | undefined> {
    if (version === LATEST) return (await this.getFunction(ref))?.latest;
    const held = await reply(this.#redis.hget(this.#versionsKey(ref), version));
    return held === null ? undefined : toVersion(held, version);
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

  async deleteVersion(ref: FunctionRef, version: string): Promise<boolean> {
    const args = [functionKey(ref), version, this.#key("changes")];
    return (await DELETE_VERSION.run(this.#redis, [this.#versionsKey(ref)], args)) === 1;
  }

  async getTrigger<T extends TriggerType>(
    tenant: string,
    type: T,
    name: string,
  ): Promise<BoundTrigger<Extract<Trigger, { type: T }>> | undefined> {
    const held = await reply(this.#redis.hget(this.#triggersKey(tenant), triggerField(type, name)));
    return held === null ? undefined : JSON.parse(held.slice(held.indexOf(" ") + 1));
  }

  async getUrl(id: string): Promise<BoundTrigger<HttpTrigger> | undefined> {
    const held = await reply(this.#redis.hget(this.#key("urls"), id));
    return held === null ? undefined : (JSON.parse(held) as BoundTrigger<HttpTrigger>);
  }

  async listCronTriggers(): Promise<readonly BoundTrigger<CronTrigger>[]> {
    const triggers = await reply(this.#redis.hvals(this.#key("cron")));
    return triggers.map((trigger) => JSON.parse(trigger) as BoundTrigger<CronTrigger>);
  }

  async listProvisioned(): Promise<readonly FunctionRef[]> {
    return (await reply(this.#redis.smembers(this.#key("provisioned")))).map(parseFunctionKey);
  }

  onChange(listener: (ref: FunctionRef | undefined) => void): Promise<() => Promise<void>> {
    return this.#feed.listen(this.#key("changes"), {
      onMessage: (text) => listener(parseFunctionKey(text)),
      onGap: () => listener(undefined),
    });
  }

  async #read(ref: FunctionRef): Promise<{ readonly etag: string; readonly record: FunctionRecord } | undefined> {
    const { etag, record, published, publishedRevision } = await reply(this.#redis.hgetall(this.#functionKey(ref)));
    if (etag === undefined || record === undefined) return undefined;
    const mark = published === undefined ? null : { version: published, latestRevisionId: publishedRevision ?? "" };
    return { etag, record: { ...(JSON.parse(record) as FunctionRecord), published: mark } };
  }

  async #write(ref: FunctionRef, etag: string, prepared: PreparedChange): Promise<ChangeReply> {
    const { record, toPublish, bound } = prepared;
    const args = [
      functionKey(ref),
      ref.tenant,
      ref.name,
      this.#key("changes"),
      etag,
      JSON.stringify(record),
      record.latest.revisionId,
      toPublish === undefined ? "" : JSON.stringify(toPublish),
      bound === undefined ? 0 : 1,
      Object.keys(record.settings.provisioned).length > 0 ? 1 : 0,
      ...(bound ?? []).flatMap(({ field, trigger, urlId }) => [field, JSON.stringify(trigger), urlId]),
    ];
    const keys = [...this.#functionKeys(ref), this.#key("numbers")];
    return (await CHANGE_FUNCTION.run(this.#redis, keys, args)) as ChangeReply;
  }

  #functionKeys(ref: FunctionRef): string[] {
    return [
      this.#functionKey(ref),
      this.#versionsKey(ref),
      this.#namesKey(ref.tenant),
      this.#triggersKey(ref.tenant),
      this.#key("cron"),
      this.#key("provisioned"),
      this.#key("urls"),
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
  return { ...(JSON.parse(json) as Omit<FunctionVersion, "version">), version };
}
