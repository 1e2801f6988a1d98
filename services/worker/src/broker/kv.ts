import { HOST_CALLS, type KvStore, LIMITS, PlatformError } from "@sluice/core";
import type { BrokerReply } from "@sluice/sandbox";
import { type GuestCall, type GuestCallHandler, refuse } from "./guest-call.ts";

const DAYS_MAX_SECONDS = 10 * 365 * 86_400;

/** Key-value calls, each inside the calling function's tenant. */
export function kvCalls(kv: KvStore): [number, GuestCallHandler][] {
  return [
    [
      HOST_CALLS["kv.get"].op,
      (call) => withKey(call, async (key) => answer({ value: (await kv.get(tenantOf(call), key)) ?? null })),
    ],
    [
      HOST_CALLS["kv.delete"].op,
      (call) => withKey(call, async (key) => answer({ deleted: await kv.delete(tenantOf(call), key) })),
    ],
    [HOST_CALLS["kv.put"].op, (call) => withKey(call, (key, args) => put(kv, call, key, args))],
    [HOST_CALLS["kv.list"].op, (call) => list(kv, call)],
  ];
}

type Arguments = Readonly<Record<string, unknown>>;

const tenantOf = (call: GuestCall): string => call.functionVersion.tenant;
const answer = (value: unknown): BrokerReply => ({ ok: true, text: JSON.stringify(value) });

/** The guest's prelude checks arguments too, with better messages; a guest that went round it meets this. */
async function withKey(
  call: GuestCall,
  run: (key: string, args: Arguments) => Promise<BrokerReply>,
): Promise<BrokerReply> {
  const args = readArguments(call.text);
  const key = args["key"];
  if (typeof key !== "string" || key === "")
    return refuse("TypeError", "The key must be a non-empty string", "Kv.InvalidKey");
  if (Buffer.byteLength(key) > LIMITS.kvKeyBytes) {
    return refuse("RangeError", `The key has more than ${LIMITS.kvKeyBytes} bytes`, "Kv.KeyTooLong");
  }
  return await run(key, args);
}

async function put(kv: KvStore, call: GuestCall, key: string, args: Arguments): Promise<BrokerReply> {
  const { value, ttlSeconds } = args;
  if (typeof value !== "string") return refuse("TypeError", "The value must be a string", "Kv.InvalidValue");
  if (Buffer.byteLength(value) > LIMITS.kvValueBytes) {
    return refuse("RangeError", `The value has more than ${LIMITS.kvValueBytes} bytes`, "Kv.ValueTooLarge");
  }
  if (ttlSeconds !== undefined && !isTtl(ttlSeconds)) {
    return refuse("RangeError", "ttlSeconds must be a number above 0", "Kv.InvalidTtl");
  }
  try {
    await kv.put(tenantOf(call), key, value, typeof ttlSeconds === "number" ? Math.ceil(ttlSeconds * 1000) : undefined);
    return { ok: true, text: "" };
  } catch (error) {
    if (error instanceof PlatformError && error.code === "Request.TooLarge") {
      return refuse("RangeError", error.message, "Kv.QuotaExceeded");
    }
    throw error;
  }
}

async function list(kv: KvStore, call: GuestCall): Promise<BrokerReply> {
  const { prefix, limit, cursor } = readArguments(call.text);
  const page = await kv.list(tenantOf(call), {
    prefix: typeof prefix === "string" ? prefix : "",
    limit: typeof limit === "number" && limit >= 1 ? Math.min(Math.trunc(limit), LIMITS.kvListMax) : LIMITS.kvListMax,
    ...(typeof cursor === "string" ? { after: cursor } : {}),
  });
  return answer(page);
}

function isTtl(value: unknown): value is number {
  return typeof value === "number" && value > 0 && value <= DAYS_MAX_SECONDS;
}

function readArguments(text: string): Arguments {
  const value: unknown = JSON.parse(text);
  return typeof value === "object" && value !== null ? (value as Arguments) : {};
}
