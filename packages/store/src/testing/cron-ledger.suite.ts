import { type CreateStores, withStores } from "./contract.ts";

export function cronLedgerContract(create: CreateStores): void {
  describe("cron ledger", () => {
    test("the last slot never goes back, in whatever order gateways report", () =>
      withStores(create, async ({ cron }) => {
        expect(await cron.lastSlot("acme", "tick")).toBeUndefined();
        await cron.advance("acme", "tick", 1_795_000_000_000);
        await cron.advance("acme", "tick", 1_794_999_999_999);
        expect(await cron.lastSlot("acme", "tick")).toBe(1_795_000_000_000);
        const slots = Array.from({ length: 50 }, (_, index) => 1_796_000_000_000 + ((index * 37) % 50));
        await Promise.all(slots.map((slot) => cron.advance("acme", "tick", slot)));
        expect(await cron.lastSlot("acme", "tick")).toBe(1_796_000_000_049);
      }));

    test("triggers and tenants are apart, and a forgotten one starts anew", () =>
      withStores(create, async ({ cron }) => {
        await cron.advance("acme", "tick", 2_000);
        await cron.advance("other", "tick", 3_000);
        expect(await cron.lastSlot("acme", "tock")).toBeUndefined();
        await cron.forget("acme", "tick");
        expect(await cron.lastSlot("acme", "tick")).toBeUndefined();
        expect(await cron.lastSlot("other", "tick")).toBe(3_000);
        await cron.advance("acme", "tick", 1_000);
        expect(await cron.lastSlot("acme", "tick")).toBe(1_000);
      }));
  });
}
