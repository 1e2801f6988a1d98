import { createMemoryStores, type Stores } from "@sluice/store";
import { EventSources, holderOf, type Poller } from "./event-sources.ts";
import type { SourceUnit } from "./source-units.ts";
import { becomes, SourceWorld } from "./testing/source-world.ts";

const QUEUE = { kind: "queue", name: "orders" } as const;
const LEASE_MS = 600;

let world: SourceWorld;
const workers: EventSources[] = [];
beforeEach(() => (world = new SourceWorld()));
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.drain(performance.now())));
  await world.stop();
});

/** Polls nothing, until it is told to stop. */
const idle: Poller = {
  run: (signal) =>
    new Promise((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener("abort", () => resolve());
    }),
};

async function startWorker(
  options: { readonly leases?: Stores["sourceLeases"]; readonly createPoller?: (unit: SourceUnit) => Poller } = {},
) {
  const { documents, sourceLeases, recordStreams } = world.stores;
  const made = new EventSources({
    documents,
    leases: options.leases ?? sourceLeases,
    streams: recordStreams,
    holder: holderOf("w"),
    extraMax: 10,
    createPoller: options.createPoller ?? (() => idle),
    onGone: () => undefined,
    onError: (error) => void world.errors.push(error),
    leaseMs: LEASE_MS,
  });
  workers.push(made);
  await made.start();
  return made;
}

function unitsOf(...of: readonly EventSources[]): readonly string[] {
  return of.flatMap((one) => one.units());
}

test("every mapping has one poller and every lane of a shard has one, over all workers", async () => {
  await world.stream("clicks", 3);
  for (let index = 0; index < 5; index++) await world.map({ ...QUEUE, name: `q${index}` });
  await world.map({ kind: "stream", name: "clicks", lanes: 2 });
  const both = await Promise.all([startWorker(), startWorker()]);
  const units = await becomes(
    () => unitsOf(...both),
    (all) => all.length === 11,
  );
  expect([units.length, new Set(units).size]).toEqual([11, 11]);
});

test("a worker that joins gets its share, and one that drains gives everything away at once", async () => {
  for (let index = 0; index < 10; index++) await world.map({ ...QUEUE, name: `q${index}` });
  const first = await startWorker();
  expect(first.units()).toHaveLength(10);
  const second = await startWorker();
  expect(
    await becomes(
      () => second.units().length,
      (count) => count === 5,
    ),
  ).toBe(5);
  expect(first.units()).toHaveLength(5);
  const from = performance.now();
  await first.drain(performance.now() + 5_000);
  expect(
    await becomes(
      () => second.units().length,
      (count) => count === 10,
    ),
  ).toBe(10);
  expect(performance.now() - from).toBeLessThan(LEASE_MS * 3);
});

test("the mappings of a worker that is silent are taken over when its leases end", async () => {
  for (let index = 0; index < 4; index++) await world.map({ ...QUEUE, name: `q${index}` });
  let isDead = false;
  const { sourceLeases } = world.stores;
  const lost: Stores["sourceLeases"] = Object.assign(Object.create(sourceLeases) as Stores["sourceLeases"], {
    claim: (params: Parameters<typeof sourceLeases.claim>[0]) =>
      isDead ? Promise.reject(new Error("away")) : sourceLeases.claim(params),
  });
  const dead = await startWorker({ leases: lost });
  expect(dead.units()).toHaveLength(4);
  isDead = true;
  const heir = await startWorker();
  expect(
    await becomes(
      () => heir.units().length,
      (count) => count === 4,
    ),
  ).toBe(4);
  // It stops by itself what it cannot renew.
  expect(
    await becomes(
      () => dead.units().length,
      (count) => count === 0,
    ),
  ).toBe(0);
});

test("a mapping that is changed is polled anew, one that is switched off or deleted no more", async () => {
  const begun: string[] = [];
  const mapping = await world.map(QUEUE);
  const one = await startWorker({
    createPoller: (unit) => {
      begun.push(String(unit.mapping.batchSize));
      return idle;
    },
  });
  await world.change({ ...mapping, batchSize: 7, updatedAt: mapping.updatedAt + 1 });
  expect(
    await becomes(
      () => begun,
      ({ length }) => length === 2,
    ),
  ).toEqual(["10", "7"]);
  await world.change({ ...mapping, enabled: false, updatedAt: mapping.updatedAt + 2 });
  expect(
    await becomes(
      () => one.units(),
      ({ length }) => length === 0,
    ),
  ).toEqual([]);
  await world.change({ ...mapping, updatedAt: mapping.updatedAt + 3 });
  expect(
    await becomes(
      () => one.units(),
      ({ length }) => length === 1,
    ),
  ).toHaveLength(1);
  await world.stores.documents.change("event-source-mapping", "acme", mapping.id, () => ({ delete: true }));
  expect(
    await becomes(
      () => one.units(),
      ({ length }) => length === 0,
    ),
  ).toEqual([]);
});

test("a load brings more pollers, on other workers as well, and no more than the mapping allows", async () => {
  const mapping = await world.map({ ...QUEUE, maximumConcurrency: 8 });
  const both = [await startWorker(), await startWorker()];
  const loaded = setInterval(() => both.forEach((one) => one.noteLoad(mapping)), 20);
  try {
    const units = await becomes(
      () => unitsOf(...both),
      (all) => all.length === 8,
    );
    expect([units.length, new Set(units).size]).toEqual([8, 8]);
  } finally {
    clearInterval(loaded);
  }
});

test("a thousand idle mappings cost a worker a fraction of its time", async () => {
  const stores = createMemoryStores({ now: Date.now });
  await stores.stop();
  for (let index = 0; index < 1_000; index++) await world.map({ ...QUEUE, name: `q${index}` });
  const one = await startWorker();
  expect(one.units()).toHaveLength(1_000);
  const from = process.cpuUsage();
  const began = performance.now();
  await becomes(
    () => performance.now() - began,
    (ms) => ms > 1_000,
  );
  const { user, system } = process.cpuUsage(from);
  expect((user + system) / 1_000 / (performance.now() - began)).toBeLessThan(0.5);
});
