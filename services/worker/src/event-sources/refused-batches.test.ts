import { formatLineage, type Lineage, PASSES_MAX, passThrough } from "@sluice/core";
import { becomes, bodiesOf, SourceWorld } from "./testing/source-world.ts";

let world: SourceWorld;
beforeEach(() => (world = new SourceWorld()));
afterEach(() => world.stop());

const QUEUE = { kind: "queue", name: "orders" } as const;

test("a message whose chain leads back too often fails by itself, and the chain goes on with the others", async () => {
  const ref = { tenant: "acme", name: "work" };
  let chain: Lineage = { root: "1-00000000-000000000000000000000001", passes: [] };
  for (let pass = 0; pass < PASSES_MAX; pass++) chain = passThrough(chain, ref);
  const young = formatLineage(passThrough({ ...chain, passes: [] }, ref));
  await world.queue("orders");
  await world.send("orders", { id: "loop", body: "loop", traceHeader: formatLineage(chain) });
  await world.send("orders", { id: "ok", body: "ok", traceHeader: young });
  await world.map(QUEUE);
  world.answer = ({ records }) =>
    records.some(({ body }) => body === "loop") ? { refused: "Invocation.Recursive" } : {};
  await world.worker();
  expect(
    await becomes(
      () => world.left("orders"),
      (left) => left === 1,
    ),
  ).toBe(1);
  expect(world.calls.map(bodiesOf)).toEqual([["loop", "ok"], ["ok"]]);
  expect(world.calls.map(({ attempt }) => attempt.invocation.lineage)).toEqual([formatLineage(chain), young]);
});

test("while the function or the queue is not there, nothing is taken", async () => {
  await world.queue("orders");
  await world.send("orders", "a");
  world.exists = false;
  const mapping = await world.map(QUEUE);
  const lost = await world.map({ kind: "queue", name: "nowhere" });
  await world.worker();
  const absent = "PROBLEM: Function not found";
  expect(
    await becomes(
      () => world.result(mapping),
      (result) => result === absent,
    ),
  ).toBe(absent);
  expect(
    await becomes(
      () => world.result(lost),
      (result) => result === absent,
    ),
  ).toBe(absent);
  expect(await world.left("orders")).toBe(1);
  expect(world.calls).toEqual([]);
});
