import type { AccessKey } from "@sluice/core";
import { type CreateStores, withStores } from "./contract.ts";

const KEY: AccessKey = { accessKeyId: "AKIA1", tenant: "acme", createdAt: 1_000 };
const SECRET = "s".repeat(43);

export function accessKeysContract(create: CreateStores): void {
  describe("keys", () => {
    test("a tenant is what was put last", () =>
      withStores(create, async ({ keys }) => {
        expect(await keys.getTenant("acme")).toBeUndefined();
        await keys.putTenant({ name: "acme", privateEgress: [] });
        await keys.putTenant({ name: "acme", privateEgress: ["*"] });
        expect(await keys.getTenant("acme")).toEqual({ name: "acme", privateEgress: ["*"] });
      }));

    test("the right secret verifies, and nothing else does", () =>
      withStores(create, async ({ keys }) => {
        await keys.putKey(KEY, SECRET);
        expect(await keys.verifyKey("AKIA1", SECRET)).toEqual(KEY);
        for (const wrong of ["", "s", `${SECRET}s`, SECRET.toUpperCase(), "\ud800", "x".repeat(100_000)]) {
          expect(await keys.verifyKey("AKIA1", wrong)).toBeUndefined();
        }
        for (const unknown of ["", "AKIA2", "__proto__", "constructor", "*", "AKIA1 "]) {
          expect(await keys.verifyKey(unknown, SECRET)).toBeUndefined();
        }
      }));

    test("putting a key again changes its secret", () =>
      withStores(create, async ({ keys }) => {
        await keys.putKey(KEY, SECRET);
        await keys.putKey(KEY, "another");
        expect(await keys.verifyKey("AKIA1", SECRET)).toBeUndefined();
        expect(await keys.verifyKey("AKIA1", "another")).toEqual(KEY);
      }));

    test("a tenant has keys as long as one names it", () =>
      withStores(create, async ({ keys }) => {
        expect(await keys.hasKeys("acme")).toBe(false);
        await keys.putKey(KEY, SECRET);
        await keys.putKey(KEY, SECRET);
        expect(await keys.hasKeys("acme")).toBe(true);
        await keys.putKey({ ...KEY, tenant: "other" }, SECRET);
        expect(await keys.hasKeys("acme")).toBe(false);
        expect(await keys.hasKeys("other")).toBe(true);
        expect((await keys.verifyKey("AKIA1", SECRET))?.tenant).toBe("other");
      }));
  });
}
