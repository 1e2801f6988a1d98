import { chooseWorker, type PlacementTarget } from "./placement.ts";

function worker(id: string, change: Partial<PlacementTarget> = {}): PlacementTarget {
  return { id, open: true, capacity: 100, load: 0, isWarm: () => false, provisioned: undefined, ...change };
}

const none: ReadonlySet<PlacementTarget> = new Set();
const KEY = "default.hello";

test("a warm worker is preferred to every cold one", () => {
  for (const warm of ["a", "b", "c"]) {
    const workers = ["a", "b", "c"].map((id) => worker(id, { isWarm: () => id === warm }));
    expect(chooseWorker(workers, KEY, none)?.id).toBe(warm);
  }
});

test("every gateway chooses the same worker, in whatever order it knows them", () => {
  const workers = ["a", "b", "c", "d"].map((id) => worker(id));
  const first = chooseWorker(workers, KEY, none)?.id;
  expect(first).toBeDefined();
  expect(chooseWorker(workers.toReversed(), KEY, none)?.id).toBe(first);
});

test("functions spread over the workers", () => {
  const workers = ["a", "b", "c"].map((id) => worker(id));
  const chosen = Array.from({ length: 100 }, (_, n) => chooseWorker(workers, `default.f${n}`, none)?.id);
  expect(new Set(chosen)).toEqual(new Set(["a", "b", "c"]));
});

test("a preferred worker far above its share is passed over", () => {
  const busy = worker("busy", { load: 50, isWarm: () => true });
  expect(chooseWorker([busy, worker("free")], KEY, none)?.id).toBe("free");
});

test("closed, full and tried workers are not chosen; without any other there is none", () => {
  const tried = worker("tried");
  const workers = [worker("closed", { open: false }), worker("full", { load: 4, capacity: 4 }), tried];
  expect(chooseWorker(workers, KEY, none)?.id).toBe("tried");
  expect(chooseWorker(workers, KEY, new Set([tried]))).toBeUndefined();
});

test("a call of a provisioned qualifier goes where an environment is likely to be free; others go where they went", () => {
  const provisioned = new Map([[`${KEY}@live`, 2]]);
  for (const kept of ["a", "b", "c"]) {
    const workers = (load: number) =>
      ["a", "b", "c"].map((id) => worker(id, id === kept ? { provisioned, load } : { isWarm: () => true }));
    expect(chooseWorker(workers(1), KEY, none, "live")?.id).toBe(kept);
    expect(chooseWorker(workers(2), KEY, none, "live")?.id).not.toBe(kept);
    expect(chooseWorker(workers(1), KEY, none)?.id).not.toBe(kept);
  }
});
