import type { KvStore } from "@sluice/core";
import { type CreateStores, withStores } from "./contract.ts";
import { becomesTrue } from "./eventually.ts";

const HOSTILE = [
  "",
  "..",
  "../other/key",
  "a\u0000b",
  "\u0000",
  ":",
  "a:b:c",
  "*",
  "?[a-z]*",
  "__proto__",
  "constructor",
  "{other}",
  "}:{",
  " \r\n",
  "ü",
  "\u{1f600}",
  "\ud800",
  "\udc00x",
  "\uffff",
  "\ue000",
];
const ALL = { prefix: "", limit: 1_000 };

export function kvContract(create: CreateStores): void {
  const on =
    (body: (kv: KvStore) => Promise<void>, keysPerTenant = 100_000) =>
    () =>
      withStores(create, ({ kv }) => body(kv), { kvKeysPerTenant: keysPerTenant });

  describe("kv", () => {
    values(on);
    lists(on);
    expiry(on);
  });
}

type On = (body: (kv: KvStore) => Promise<void>, keysPerTenant?: number) => () => Promise<void>;

function values(on: On): void {
  test(
    "every string is a key and a value, and comes back as it was",
    on(async (kv) => {
      for (const [index, key] of HOSTILE.entries()) await kv.put("acme", key, `${index}${key}`);
      for (const [index, key] of HOSTILE.entries()) expect(await kv.get("acme", key)).toBe(`${index}${key}`);
      expect((await kv.list("acme", ALL)).keys).toEqual(HOSTILE.toSorted());
      for (const key of HOSTILE) expect(await kv.delete("acme", key)).toBe(true);
      expect(await kv.list("acme", ALL)).toEqual({ keys: [], cursor: null });
    }),
  );

  test(
    "no key reaches another tenant's data",
    on(async (kv) => {
      await kv.put("other", "secret", "x");
      for (const key of ["secret", "../other/secret", "{kv:other}:secret", "*"]) {
        expect(await kv.get("acme", key)).toBeUndefined();
        expect(await kv.delete("acme", key)).toBe(false);
      }
      expect((await kv.list("acme", ALL)).keys).toEqual([]);
      await kv.put("acme", "secret", "mine");
      expect(await kv.get("other", "secret")).toBe("x");
    }),
  );

  test(
    "delete says whether there was something",
    on(async (kv) => {
      await kv.put("acme", "a", "");
      expect(await kv.get("acme", "a")).toBe("");
      expect(await kv.delete("acme", "a")).toBe(true);
      expect(await kv.delete("acme", "a")).toBe(false);
    }),
  );

  test(
    "keys and values over their limits and impossible lives are refused",
    on(async (kv) => {
      await expect(kv.put("acme", "k".repeat(513), "")).rejects.toMatchObject({ code: "Request.TooLarge" });
      await expect(kv.put("acme", "k", "v".repeat(1024 * 1024 + 1))).rejects.toMatchObject({
        code: "Request.TooLarge",
      });
      await kv.put("acme", "k".repeat(512), "v".repeat(1024 * 1024));
      for (const ttl of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
        await expect(kv.put("acme", "k", "v", ttl)).rejects.toMatchObject({ code: "Request.Malformed" });
      }
    }),
  );

  test(
    "a tenant holds so many keys and no more; others are not concerned",
    on(async (kv) => {
      for (const key of ["a", "b", "c"]) await kv.put("acme", key, key);
      await expect(kv.put("acme", "d", "")).rejects.toMatchObject({ code: "Request.TooLarge", details: { limit: 3 } });
      await kv.put("acme", "a", "changed");
      await kv.put("other", "d", "");
      await kv.delete("acme", "b");
      await kv.put("acme", "d", "");
      expect((await kv.list("acme", ALL)).keys).toEqual(["a", "c", "d"]);
    }, 3),
  );
}

function lists(on: On): void {
  test(
    "lists are in key order with a prefix, and a page's cursor leads to the next",
    on(async (kv) => {
      const keys = Array.from({ length: 25 }, (_, index) => `p/${String(index).padStart(2, "0")}`);
      await Promise.all([...keys, "o", "p", "p0", "q"].map((key) => kv.put("acme", key, "")));
      const paged: string[] = [];
      let cursor: string | null | undefined;
      do {
        const page = await kv.list("acme", {
          prefix: "p/",
          limit: 10,
          ...(typeof cursor === "string" ? { after: cursor } : {}),
        });
        paged.push(...page.keys);
        cursor = page.cursor;
      } while (cursor !== null);
      expect(paged).toEqual(keys);
      expect((await kv.list("acme", { ...ALL, prefix: "p/", limit: 25 })).cursor).toBeNull();
      expect((await kv.list("acme", { ...ALL, prefix: "p/2", after: "a" })).keys).toEqual(keys.slice(20));
      expect((await kv.list("acme", { ...ALL, prefix: "p/0", after: "q" })).keys).toEqual([]);
      expect((await kv.list("acme", { ...ALL, limit: 0 })).keys).toHaveLength(1);
    }),
  );

  test(
    "a prefix may end in the highest character, and only what begins with it is listed",
    on(async (kv) => {
      for (const key of ["\uffff", "\uffff\uffff", "\uffff\uffffa", "\ufffe", "a\u00ff", "a\u0100"]) {
        await kv.put("acme", key, "");
      }
      expect((await kv.list("acme", { ...ALL, prefix: "\uffff\uffff" })).keys).toEqual(
        ["\uffff\uffff", "\uffff\uffffa"].toSorted(),
      );
      expect((await kv.list("acme", { ...ALL, prefix: "a\u00ff" })).keys).toEqual(["a\u00ff"]);
    }),
  );
}

function expiry(on: On): void {
  test(
    "a value is there until its time has passed, and then neither read, listed, counted nor deleted",
    on(async (kv) => {
      await kv.put("acme", "long", "", 3_600_000);
      await kv.put("acme", "short", "x", 60);
      await becomesTrue(async () => (await kv.get("acme", "short")) === undefined);
      expect((await kv.list("acme", ALL)).keys).toEqual(["long"]);
      expect(await kv.delete("acme", "short")).toBe(false);
      await kv.put("acme", "next", "");
      expect((await kv.list("acme", ALL)).keys).toEqual(["long", "next"]);
      await expect(kv.put("acme", "third", "")).rejects.toMatchObject({ code: "Request.TooLarge" });
    }, 2),
  );

  test(
    "a put without a life makes a passing value stay, and the other way round",
    on(async (kv) => {
      await kv.put("acme", "kept", "1", 40);
      await kv.put("acme", "kept", "2");
      await kv.put("acme", "lost", "1");
      await kv.put("acme", "lost", "2", 40);
      await becomesTrue(async () => (await kv.get("acme", "lost")) === undefined);
      expect(await kv.get("acme", "kept")).toBe("2");
      expect((await kv.list("acme", ALL)).keys).toEqual(["kept"]);
    }),
  );
}
