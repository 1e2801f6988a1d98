import { Convicts } from "./convicts.ts";
import { SpawnBackoff } from "./spawn-backoff.ts";

test("cells that end before they have started are tried ever more slowly, up to a bound", () => {
  const backoff = new SpawnBackoff();
  const waits = Array.from({ length: 9 }, () => backoff.failed(0));
  expect(waits).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
  expect([backoff.blocks(9_999), backoff.blocks(10_000)]).toEqual([true, false]);
});

test("one that starts ends the waiting", () => {
  const backoff = new SpawnBackoff();
  backoff.failed(0);
  backoff.succeeded();
  expect([backoff.blocks(1), backoff.failed(1)]).toEqual([false, 100]);
});

test("a version is a convict for a minute after its last deed", () => {
  const convicts = new Convicts();
  convicts.add("a", 0);
  convicts.add("a", 30_000);
  expect([convicts.has("a", 89_999), convicts.has("b", 0), convicts.has("a", 90_000)]).toEqual([true, false, false]);
});
