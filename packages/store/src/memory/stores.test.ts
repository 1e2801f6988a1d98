import { storesContract } from "../testing/stores.suite.ts";
import { createMemoryStores } from "./stores.ts";

describe("memory", () => {
  storesContract((limits = {}) => createMemoryStores({ now: Date.now, limits }));

  test("expiry is exact to the millisecond", async () => {
    let now = 1_000;
    const { kv } = createMemoryStores({ now: () => now });
    await kv.put("acme", "a", "x", 50);
    now = 1_049;
    expect(await kv.get("acme", "a")).toBe("x");
    now = 1_050;
    expect(await kv.get("acme", "a")).toBeUndefined();
  });
});
