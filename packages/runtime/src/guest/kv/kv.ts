import { LIMITS } from "@sluice/core";
import { callAsync } from "../bridge/async-calls.ts";
import { IntrinsicTypeError, jsonParse, jsonStringify, numberIsFinite, numberIsInteger } from "../primordials.ts";
import { exceedsUtf8 } from "../web/utf8-length.ts";

interface PutOptions {
  readonly ttlSeconds?: number;
}

interface ListOptions {
  readonly prefix?: string;
  readonly limit?: number;
  readonly cursor?: string | null;
}

interface KeyPage {
  readonly keys: string[];
  /** Null on the last page. */
  readonly cursor: string | null;
}

function checkText(name: string, value: unknown, maxBytes: number): string {
  if (typeof value !== "string") throw new IntrinsicTypeError(`${name} must be a string, not ${nameOf(value)}`);
  if (exceedsUtf8(value, maxBytes)) throw new IntrinsicTypeError(`${name} is longer than ${maxBytes} bytes`);
  return value;
}

function checkKey(method: string, key: unknown): string {
  const text = checkText(`kv.${method}: the key`, key, LIMITS.kvKeyBytes);
  if (text === "") throw new IntrinsicTypeError(`kv.${method}: the key must not be empty`);
  return text;
}

function checkOptions(method: string, options: unknown): Record<string, unknown> {
  if (options === undefined || options === null) return {};
  if (typeof options === "object") return options as Record<string, unknown>;
  throw new IntrinsicTypeError(`kv.${method}: the options must be an object, not ${nameOf(options)}`);
}

function nameOf(value: unknown): string {
  return value === null ? "null" : typeof value;
}

async function get(key: string): Promise<string | null> {
  const reply = await callAsync("kv.get", `{"key":${jsonStringify(checkKey("get", key))}}`);
  return (jsonParse(reply.text) as { value: string | null }).value;
}

async function put(key: string, value: string, options?: PutOptions): Promise<void> {
  const keyJson = jsonStringify(checkKey("put", key));
  const valueJson = jsonStringify(checkText("kv.put: the value", value, LIMITS.kvValueBytes));
  const { ttlSeconds } = checkOptions("put", options);
  let ttl = "";
  if (ttlSeconds !== undefined) {
    if (typeof ttlSeconds !== "number" || !numberIsFinite(ttlSeconds) || ttlSeconds <= 0) {
      throw new IntrinsicTypeError("kv.put: ttlSeconds must be a number above 0");
    }
    ttl = `,"ttlSeconds":${jsonStringify(ttlSeconds)}`;
  }
  await callAsync("kv.put", `{"key":${keyJson},"value":${valueJson}${ttl}}`);
}

async function remove(key: string): Promise<boolean> {
  const reply = await callAsync("kv.delete", `{"key":${jsonStringify(checkKey("delete", key))}}`);
  return (jsonParse(reply.text) as { deleted: boolean }).deleted;
}

async function list(options?: ListOptions): Promise<KeyPage> {
  const { prefix = "", limit, cursor } = checkOptions("list", options);
  let json = `{"prefix":${jsonStringify(checkText("kv.list: the prefix", prefix, LIMITS.kvKeyBytes))}`;
  if (limit !== undefined) {
    if (typeof limit !== "number" || !numberIsInteger(limit) || limit < 1 || limit > LIMITS.kvListMax) {
      throw new IntrinsicTypeError(`kv.list: limit must be a whole number from 1 to ${LIMITS.kvListMax}`);
    }
    json += `,"limit":${jsonStringify(limit)}`;
  }
  if (cursor !== undefined && cursor !== null) {
    json += `,"cursor":${jsonStringify(checkText("kv.list: the cursor", cursor, 2 * LIMITS.kvKeyBytes))}`;
  }
  const reply = await callAsync("kv.list", `${json}}`);
  const { keys, cursor: next } = jsonParse(reply.text) as KeyPage;
  return { keys, cursor: next ?? null };
}

/** The tenant's key-value store. */
export const kv = { get, put, delete: remove, list };
