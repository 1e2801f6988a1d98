import { LIMITS, presetPolicy } from "@sluice/core";
import { type CreateStores, withStores } from "./contract.ts";
import { sampleKey } from "./samples.ts";

const KEY = sampleKey();
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

    test("a tenant is created once, and all are listed by name", () =>
      withStores(create, async ({ keys }) => {
        expect(await keys.listTenants()).toEqual([]);
        expect(await keys.createTenant({ name: "b", privateEgress: ["*"] })).toBe(true);
        expect(await keys.createTenant({ name: "b", privateEgress: [] })).toBe(false);
        await keys.createTenant({ name: "a", privateEgress: [] });
        expect(await keys.listTenants()).toEqual([
          { name: "a", privateEgress: [] },
          { name: "b", privateEgress: ["*"] },
        ]);
      }));

    test("a key comes back with its secret as it was put", () =>
      withStores(create, async ({ keys }) => {
        const key = sampleKey({ policies: presetPolicy("invoke", ["web*"]), expiresAt: 5, disabled: true, name: "é" });
        await keys.putKey(key, "\u00e9+/= secret");
        expect(await keys.getKey("AKIA1")).toEqual({ key, secret: "\u00e9+/= secret" });
        for (const unknown of ["", "AKIA2", "__proto__", "AKIA1 "]) expect(await keys.getKey(unknown)).toBeUndefined();
      }));

    test("keys are listed oldest first, without secrets, to their own tenant only", () =>
      withStores(create, async ({ keys }) => {
        const young = sampleKey({ accessKeyId: "A", createdAt: 9 });
        const old = sampleKey({ accessKeyId: "Z", createdAt: 3 });
        for (const key of [young, old]) await keys.putKey(key, SECRET);
        await keys.putKey(sampleKey({ accessKeyId: "B", tenant: "acme-2" }), SECRET);
        await keys.putKey(sampleKey({ accessKeyId: "C", tenant: "acm" }), SECRET);
        expect(await keys.listKeys("acme")).toEqual([old, young]);
        expect(await keys.listKeys("acme-")).toEqual([]);
      }));

    test("a deleted key is gone, and a tenant deletes none of another", () =>
      withStores(create, async ({ keys }) => {
        await keys.putKey(KEY, SECRET);
        await keys.putKey(sampleKey({ accessKeyId: "AKIA2" }), SECRET);
        expect(await keys.deleteKey("other", "AKIA2")).toBe("unknown");
        expect(await keys.deleteKey("acme", "AKIA2")).toBe("deleted");
        expect(await keys.deleteKey("acme", "AKIA2")).toBe("unknown");
        expect(await keys.getKey("AKIA2")).toBeUndefined();
        expect(await keys.listKeys("acme")).toEqual([KEY]);
      }));

    test("a tenant's last usable key to everything is not deleted; others are, and so is it beside another", () =>
      withStores(create, async ({ keys }) => {
        await keys.putKey(KEY, SECRET);
        await keys.putKey(sampleKey({ accessKeyId: "READ", policies: presetPolicy("read") }), SECRET);
        await keys.putKey(sampleKey({ accessKeyId: "PAST", expiresAt: 2_000 }), SECRET);
        await keys.putKey(sampleKey({ accessKeyId: "OFF", disabled: true }), SECRET);
        await keys.putKey(sampleKey({ accessKeyId: "ELSE", tenant: "other" }), SECRET);
        expect(await keys.deleteKey("acme", "AKIA1")).toBe("last-admin");
        for (const id of ["READ", "PAST", "OFF"]) expect(await keys.deleteKey("acme", id)).toBe("deleted");
        await keys.putKey(sampleKey({ accessKeyId: "NEXT", expiresAt: Date.now() + 600_000 }), SECRET);
        expect(await keys.deleteKey("acme", "AKIA1")).toBe("deleted");
        expect(await keys.deleteKey("acme", "NEXT")).toBe("last-admin");
      }));

    test("a tenant has so many keys and no more, and one that exists may still change", () =>
      withStores(create, async ({ keys }) => {
        const key = (index: number) => sampleKey({ accessKeyId: `K${index}` });
        for (let index = 0; index < LIMITS.keysPerTenant; index += 1) await keys.putKey(key(index), SECRET);
        await expect(keys.putKey(key(LIMITS.keysPerTenant), SECRET)).rejects.toMatchObject({
          code: "Key.LimitReached",
        });
        await keys.putKey(key(0), "changed");
        await keys.deleteKey("acme", "K1");
        await keys.putKey(key(LIMITS.keysPerTenant), SECRET);
        expect(await keys.listKeys("acme")).toHaveLength(LIMITS.keysPerTenant);
      }));
  });
}
