import type { Alias } from "./alias.ts";
import { DEFAULT_FUNCTION_SETTINGS } from "./function-settings.ts";
import {
  type ProvisionedShare,
  provisionedNames,
  provisionedOf,
  provisionedStatus,
  provisionedVersions,
  shareOf,
} from "./provisioned.ts";
import type { FunctionRecord } from "./registry.ts";
import type { WorkerLease } from "./stores.ts";

function recordOf(provisioned: Readonly<Record<string, number>>, weights: Alias["weights"] = {}): FunctionRecord {
  const alias: Alias = { name: "live", version: "3", description: "", weights, revisionId: "r" };
  const asked = Object.entries(provisioned).map(([name, requested]) => [name, { requested, updatedAt: 1 }]);
  const settings = { ...DEFAULT_FUNCTION_SETTINGS, provisioned: Object.fromEntries(asked) };
  return { tenant: "acme", name: "resize", aliases: { live: alias }, settings } as unknown as FunctionRecord;
}

function lease(share: ProvisionedShare, version = "3", draining = false): WorkerLease {
  return { draining, provisioned: { [`acme.resize@${version}`]: share } } as unknown as WorkerLease;
}

const WORKERS = ["a", "b", "c"].map((id) => ({ id, draining: false }));

test("a version has what all of its qualifiers ask for; $LATEST and unknown aliases have nothing", () => {
  expect(provisionedVersions(recordOf({ live: 2, 3: 5, 4: 1, $LATEST: 9, gone: 7 }))).toEqual({ 3: 7, 4: 1 });
});

test("a weighted alias shares between its versions, and each of them has one at least", () => {
  expect(provisionedOf(recordOf({ live: 10 }, { 4: 0.3 }), "live")).toEqual({ 3: 7, 4: 3 });
  expect(provisionedOf(recordOf({ live: 10 }, { 4: 0.01 }), "live")).toEqual({ 3: 9, 4: 1 });
  expect(provisionedOf(recordOf({ live: 2 }, { 4: 0.99 }), "live")).toEqual({ 3: 1, 4: 1 });
  expect(provisionedOf(recordOf({ live: 1 }, { 4: 0.9 }), "live")).toEqual({ 3: 1 });
});

test("workers share so that all is kept by somebody, and nobody has two more than another", () => {
  for (let requested = 0; requested < 20; requested++) {
    const shares = WORKERS.map(({ id }) => shareOf(requested, "acme.resize@3", WORKERS, id));
    expect(shares.reduce((a, b) => a + b, 0)).toBe(requested);
    expect(Math.max(...shares) - Math.min(...shares)).toBeLessThan(2);
    const turned = WORKERS.map(({ id }) => shareOf(requested, "acme.resize@3", WORKERS.toReversed(), id));
    expect(turned).toEqual(shares);
  }
});

test("the one that is left over falls to different workers for different versions; draining ones get nothing", () => {
  const owner = (key: string): string => WORKERS.find(({ id }) => shareOf(1, key, WORKERS, id) === 1)?.id ?? "";
  const owners = Array.from({ length: 50 }, (_, n) => owner(`acme.f${n}@1`));
  expect(new Set(owners)).toEqual(new Set(["a", "b", "c"]));
  const draining = WORKERS.map((worker) => ({ ...worker, draining: worker.id === "a" }));
  expect(["a", "b", "c", "d"].map((id) => shareOf(4, "k", draining, id))).toEqual([0, 2, 2, 0]);
});

test("it is ready when all are; before, it is in progress; it failed when a worker says why there are too few", () => {
  const record = recordOf({ live: 4 });
  const half = { wanted: 2, allocated: 2, ready: 2 };
  expect(provisionedStatus(record, "live", [lease(half), lease(half)])).toEqual({
    status: "READY",
    requested: 4,
    available: 4,
    allocated: 4,
  });
  expect(provisionedStatus(record, "live", [lease(half), lease({ ...half, ready: 1 })])).toEqual({
    status: "IN_PROGRESS",
    requested: 4,
    available: 3,
    allocated: 4,
  });
  const reason = "TypeError: x";
  expect(provisionedStatus(record, "live", [lease(half), lease({ ...half, ready: 0, reason })])).toEqual({
    status: "FAILED",
    requested: 4,
    available: 2,
    allocated: 4,
    reason,
  });
  expect(provisionedStatus(record, "other", [])).toBeUndefined();
});

test("draining workers do not count, and with no other there is a reason", () => {
  const full = { wanted: 4, allocated: 4, ready: 4 };
  expect(provisionedStatus(recordOf({ live: 4 }), "live", [lease(full, "3", true)])).toMatchObject({
    status: "IN_PROGRESS",
    available: 0,
    reason: "No worker is running.",
  });
});

test("calls find the environments by the version's number and by the aliases that asked for them", () => {
  const record = recordOf({ live: 4, 4: 1 });
  expect(provisionedNames(record, "3")).toEqual(["acme.resize@3", "acme.resize@live"]);
  expect(provisionedNames(record, "4")).toEqual(["acme.resize@4"]);
});
