import { type RecordPosition, type RecordStreams, type StreamRef } from "@sluice/core";
import { RECORD_STREAM_LIMITS, type RecordStreamLimits } from "../stream-rules.ts";
import { type CreateStores, withStores } from "./contract.ts";
import { becomesTrue } from "./eventually.ts";

type On = (
  body: (streams: RecordStreams) => Promise<void>,
  limits?: Partial<RecordStreamLimits>,
) => () => Promise<void>;

const CLICKS: StreamRef = { tenant: "acme", name: "clicks" };
const DAY_MS = 86_400_000;
const START: RecordPosition = { kind: "start" };

export function recordStreamsContract(create: CreateStores): void {
  const on: On = (body, limits) => () =>
    withStores(create, ({ recordStreams }) => body(recordStreams), {
      recordStreams: { ...RECORD_STREAM_LIMITS, ...limits },
    });

  describe("record streams", () => {
    management(on);
    places(on);
    reading(on);
    keeping(on);
  });
}

async function make(streams: RecordStreams, ref = CLICKS, shards = 1, retentionMs = DAY_MS): Promise<boolean> {
  return await streams.create({ ...ref, shards, onDemand: false, retentionMs, tags: {} });
}

async function put(streams: RecordStreams, ...bodies: readonly string[]): Promise<string[]> {
  const outgoing = bodies.map((text) => ({ partitionKey: "k", data: Buffer.from(text) }));
  return (await streams.put({ ...CLICKS, records: outgoing })).map(({ sequence }) => sequence);
}

async function texts(streams: RecordStreams, from: RecordPosition, limit = 100, shard = 0): Promise<string[]> {
  const page = await streams.read({ ...CLICKS, shard, from, limit, bytes: 1e7 });
  return page.records.map(({ data }) => Buffer.from(data).toString());
}

function management(on: On): void {
  test(
    "a stream is made once, listed for its tenant, changed and deleted with its records",
    on(async (streams) => {
      expect(await make(streams, CLICKS, 3)).toBe(true);
      expect(await make(streams, CLICKS, 4)).toBe(false);
      await make(streams, { tenant: "acme", name: "a.b" });
      await make(streams, { tenant: "other", name: "theirs" });
      expect((await streams.list({ tenant: "acme", limit: 9 })).map(({ name }) => name)).toEqual(["a.b", "clicks"]);
      expect(await streams.list({ tenant: "acme", after: "a.b", limit: 1 })).toMatchObject([{ shards: 3 }]);
      await streams.update({
        ...CLICKS,
        change: ({ tags }) => ({ retentionMs: 2 * DAY_MS, tags: { ...tags, a: "1" } }),
      });
      expect(await streams.describe(CLICKS)).toMatchObject({ shards: 3, retentionMs: 2 * DAY_MS, tags: { a: "1" } });
      await put(streams, "x");
      await streams.destroy(CLICKS);
      await expect(streams.destroy(CLICKS)).rejects.toMatchObject({ code: "Stream.NotFound" });
      await expect(put(streams, "x")).rejects.toMatchObject({ code: "Stream.NotFound" });
      await expect(texts(streams, START)).rejects.toMatchObject({ code: "Stream.NotFound" });
      await make(streams);
      expect(await texts(streams, START)).toEqual([]);
    }),
  );

  test(
    "a tenant has so many streams and no more",
    on(
      async (streams) => {
        await make(streams);
        await expect(make(streams, { tenant: "acme", name: "more" })).rejects.toMatchObject({ code: "Stream.TooMany" });
      },
      { streamsPerTenant: 1 },
    ),
  );
}

function places(on: On): void {
  test(
    "the MD5 of the partition key chooses the shard, unless the sender names the hash",
    on(async (streams) => {
      await make(streams, CLICKS, 4);
      const data = Buffer.from("x");
      const keyed = ["a", "b", "c", "d", "é"].map((partitionKey) => ({ partitionKey, data }));
      // The first two bits of the MD5 of each.
      expect((await streams.put({ ...CLICKS, records: keyed })).map(({ shard }) => shard)).toEqual([0, 2, 1, 2, 1]);
      const hashes = [0n, 2n ** 126n - 1n, 2n ** 126n, 2n ** 128n - 1n].map(String);
      const named = hashes.map((explicitHashKey) => ({ partitionKey: "a", explicitHashKey, data }));
      expect((await streams.put({ ...CLICKS, records: named })).map(({ shard }) => shard)).toEqual([0, 0, 1, 3]);
      const wrong = [{ partitionKey: "a", explicitHashKey: String(2n ** 128n), data }];
      await expect(streams.put({ ...CLICKS, records: wrong })).rejects.toMatchObject({ code: "Request.Malformed" });
    }),
  );

  test(
    "numbers grow within a shard and name it",
    on(async (streams) => {
      await make(streams);
      const all = [...(await put(streams, "1", "2", "3")), ...(await put(streams, "4"))];
      expect(all).toEqual([...all].sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1)));
      expect(new Set(all).size).toBe(4);
    }),
  );
}

function reading(on: On): void {
  test(
    "records are read as they came, from the start, at or behind a number, and from an instant",
    on(async (streams) => {
      await make(streams);
      const [one = "", two = ""] = await put(streams, "1", "2", "\u00003");
      expect(await texts(streams, START)).toEqual(["1", "2", "\u00003"]);
      expect(await texts(streams, { kind: "at", sequence: two })).toEqual(["2", "\u00003"]);
      expect(await texts(streams, { kind: "after", sequence: two })).toEqual(["\u00003"]);
      const { records } = await streams.read({ ...CLICKS, shard: 0, from: START, limit: 1, bytes: 1e6 });
      expect(records).toMatchObject([{ sequence: one, partitionKey: "k" }]);
      const arrivedAt = records[0]?.arrivedAt ?? 0;
      expect(await texts(streams, { kind: "time", atMs: arrivedAt })).toEqual(["1", "2", "\u00003"]);
      expect(await texts(streams, { kind: "time", atMs: arrivedAt + 60_000 })).toEqual([]);
      await expect(texts(streams, { kind: "at", sequence: "7" })).rejects.toMatchObject({ code: "Request.Malformed" });
    }),
  );

  test(
    "pages are bounded by number and bytes, and say how far behind they end",
    on(async (streams) => {
      await make(streams);
      const all = Array.from({ length: 50 }, (_, index) => String(index).padStart(9, "0"));
      await put(streams, ...all);
      const page = (limit: number, bytes: number, from = START) =>
        streams.read({ ...CLICKS, shard: 0, from, limit, bytes });
      const first = await page(20, 1e6);
      expect(first.records).toHaveLength(20);
      expect(first.behindMs).toBeGreaterThan(0);
      const rest = await page(100, 1e6, { kind: "after", sequence: first.records.at(-1)?.sequence ?? "" });
      expect(rest.records.map(({ data }) => Buffer.from(data).toString())).toEqual(all.slice(20));
      expect(rest.behindMs).toBe(0);
      expect((await page(100, 35)).records).toHaveLength(3);
      expect((await page(100, 1)).records).toHaveLength(1);
    }),
  );

  test(
    "the head lies behind what is there and before what comes, also in an empty shard",
    on(async (streams) => {
      await make(streams);
      const empty = await streams.head({ ...CLICKS, shard: 0 });
      await put(streams, "1");
      expect(await texts(streams, { kind: "after", sequence: empty })).toEqual(["1"]);
      const head = await streams.head({ ...CLICKS, shard: 0 });
      await put(streams, "2");
      expect(await texts(streams, { kind: "after", sequence: head })).toEqual(["2"]);
    }),
  );

  test(
    "a read waits for what comes to its shard, a listener hears of it, and an end of the wait is nothing",
    on(async (streams) => {
      await make(streams);
      const heard: (number | undefined)[] = [];
      const stop = await streams.onRecord({ ...CLICKS, listener: (shard) => heard.push(shard) });
      const from = START;
      expect((await streams.read({ ...CLICKS, shard: 0, from, limit: 1, bytes: 1, waitMs: 20 })).records).toEqual([]);
      const waiting = streams.read({ ...CLICKS, shard: 0, from, limit: 1, bytes: 1, waitMs: 15_000 });
      await put(streams, "1");
      expect((await waiting).records).toHaveLength(1);
      await becomesTrue(() => heard.length > 0);
      expect(heard).toEqual([0]);
      await stop();
    }),
  );
}

function keeping(on: On): void {
  test(
    "the oldest records go when a shard is full, and a reader goes on with what is left",
    on(
      async (streams) => {
        await make(streams);
        const [first = ""] = await put(streams, "1".repeat(30));
        await put(streams, "2".repeat(30), "3".repeat(30), "4".repeat(30));
        const left = ["3", "4"].map((digit) => digit.repeat(30));
        expect(await texts(streams, START)).toEqual(left);
        expect(await texts(streams, { kind: "after", sequence: first })).toEqual(left);
      },
      { shardBytes: 70 },
    ),
  );

  test(
    "records go when their retention ends",
    on(async (streams) => {
      await make(streams, CLICKS, 1, 60);
      await put(streams, "old");
      await becomesTrue(async () => (await texts(streams, START)).length === 0);
    }),
  );
}
