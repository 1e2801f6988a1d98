import { createHash } from "node:crypto";
import { type CreateStores, withStores } from "./contract.ts";

export function artifactsContract(create: CreateStores): void {
  describe("artifacts", () => {
    test("bytes come back by their SHA-256, however often they were put", () =>
      withStores(create, async ({ artifacts }) => {
        const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => index % 256);
        // A view into a larger buffer must store the view alone.
        const digest = await artifacts.put(bytes.subarray(10, 60_000));
        expect(digest).toBe(createHash("sha256").update(bytes.subarray(10, 60_000)).digest("hex"));
        expect(await artifacts.put(bytes.slice(10, 60_000))).toBe(digest);
        expect(Buffer.from((await artifacts.get(digest)) ?? []).equals(bytes.subarray(10, 60_000))).toBe(true);
      }));

    test("empty code has a digest too", () =>
      withStores(create, async ({ artifacts }) => {
        expect(await artifacts.get(await artifacts.put(new Uint8Array()))).toHaveLength(0);
      }));

    test("an unknown digest is undefined", () =>
      withStores(create, async ({ artifacts }) => {
        expect(await artifacts.get("0".repeat(64))).toBeUndefined();
        expect(await artifacts.get("../x")).toBeUndefined();
      }));
  });
}
