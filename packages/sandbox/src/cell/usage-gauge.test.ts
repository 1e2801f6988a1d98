import { UsageGauge } from "./usage-gauge.ts";

const MIB = 1_048_576;

class FakeIsolate {
  isDisposed = false;
  cpuTime = 12_900_000n;
  readonly #waiting: (() => void)[] = [];
  asked = 0;

  getHeapStatistics() {
    this.asked += 1;
    const figures = { total_heap_size: 4 * MIB, used_heap_size: 2 * MIB, externally_allocated_size: MIB };
    return new Promise<typeof figures>((resolve) => this.#waiting.push(() => resolve(figures)));
  }

  async letGo(): Promise<void> {
    for (const answer of this.#waiting.splice(0)) answer();
    await new Promise((done) => setImmediate(done));
  }
}

test("a report has what was measured last, in whole milliseconds, and one measurement follows many reports", async () => {
  const isolate = new FakeIsolate();
  const gauge = new UsageGauge(isolate);
  expect(JSON.parse(gauge.report())).toEqual({ heapTotal: 0, heapUsed: 0, external: 0, cpuMs: 12 });
  gauge.report();
  expect(isolate.asked).toBe(1);
  await isolate.letGo();
  expect(JSON.parse(gauge.report())).toEqual({ heapTotal: 4 * MIB, heapUsed: 2 * MIB, external: MIB, cpuMs: 12 });
  expect(isolate.asked).toBe(2);
});

test("an isolate that is gone uses nothing", async () => {
  const isolate = new FakeIsolate();
  isolate.isDisposed = true;
  const gauge = new UsageGauge(isolate);
  expect([await gauge.memoryMb(), gauge.cpuMs()]).toEqual([0, 0]);
});
