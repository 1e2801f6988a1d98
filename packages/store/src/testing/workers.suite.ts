import type { WorkerDirectory } from "@sluice/core";
import { type CreateStores, withStores } from "./contract.ts";
import { becomesTrue } from "./eventually.ts";
import { lease } from "./samples.ts";

const HOUR_MS = 3_600_000;

export function workersContract(create: CreateStores): void {
  const on = (body: (workers: WorkerDirectory) => Promise<void>) => () =>
    withStores(create, ({ workers }) => body(workers));

  describe("workers", () => {
    test(
      "an announced worker is listed with its latest lease until it withdraws",
      on(async (workers) => {
        expect(await workers.list()).toEqual([]);
        const busy = lease({ running: { "acme.resize": 2 }, cells: 3 });
        await workers.announce(lease(), HOUR_MS);
        await workers.announce(busy, HOUR_MS);
        await workers.announce(lease({ id: "w-2" }), HOUR_MS);
        expect((await workers.list()).toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual([busy, lease({ id: "w-2" })]);
        await workers.withdraw("w-1");
        await workers.withdraw("w-1");
        expect((await workers.list()).map(({ id }) => id)).toEqual(["w-2"]);
      }),
    );

    test(
      "a worker that does not renew its lease disappears, and listeners hear of it from whoever lists first",
      on(async (workers) => {
        let heard = 0;
        await workers.announce(lease(), 60);
        await workers.announce(lease({ id: "w-2" }), HOUR_MS);
        await workers.onChange(() => heard++);
        await becomesTrue(async () => (await workers.list()).length === 1);
        await becomesTrue(() => heard === 1);
        expect((await workers.list()).map(({ id }) => id)).toEqual(["w-2"]);
      }),
    );

    test(
      "listeners hear of new, changed and withdrawn workers, not of renewals",
      on(async (workers) => {
        let heard = 0;
        const stop = await workers.onChange(() => heard++);
        await workers.announce(lease(), HOUR_MS);
        await workers.announce(lease({ running: { "acme.resize": 1 } }), HOUR_MS);
        await workers.announce(lease({ address: "tcp:host:1" }), HOUR_MS);
        await workers.announce(lease({ address: "tcp:host:1", draining: true }), HOUR_MS);
        await workers.withdraw("nobody");
        await workers.withdraw("w-1");
        await becomesTrue(() => heard >= 4);
        expect(heard).toBe(4);
        await stop();
        let later = 0;
        await workers.onChange(() => later++);
        await workers.announce(lease(), HOUR_MS);
        await becomesTrue(() => later === 1);
        expect(heard).toBe(4);
      }),
    );
  });
}
