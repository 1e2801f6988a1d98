import { createLogger } from "@sluice/process";
import { FactReader } from "./fact-reader.ts";
import { Ledger } from "./ledger.ts";
import { FakeStream } from "./testing/fake-stream.ts";
import { manyFacts } from "./testing/facts.ts";
import { until } from "./testing/until.ts";

const logger = createLogger({ service: "test", level: "silent" });

function readerOf(stream: FakeStream, now: () => number = Date.now): FactReader {
  return new FactReader({ facts: stream, checkpoints: stream, consumer: "metrics", logger, now });
}

function fold(count: number): Ledger {
  const ledger = new Ledger();
  for (const fact of manyFacts(count)) ledger.fold(fact);
  return ledger;
}

async function caughtUp(reader: FactReader): Promise<Ledger> {
  for (;;) {
    await reader.tick();
    const ledger = reader.ledger();
    if (ledger !== undefined) return ledger;
  }
}

function gaps(ledger: Ledger): number | undefined {
  return [...ledger.samples("faas_fact_gaps_total")][0]?.value;
}

/** Batches of ten, so that cursors and facts are not the same number. */
async function fill(stream: FakeStream, from: number, to: number): Promise<void> {
  const facts = manyFacts(to);
  for (let start = from; start < to; start += 10) await stream.append(facts.slice(start, start + 10));
}

describe("fact reader", () => {
  test("counts each fact once through restarts that saved, saved late or never saved", async () => {
    const stream = new FakeStream();
    await fill(stream, 0, 1_000);
    const first = readerOf(stream);
    await first.tick();
    await first.save();
    await fill(stream, 1_000, 2_000);
    await first.tick();
    // Killed here: what it folded after the save is read again by the next one.
    const second = readerOf(stream);
    expect((await caughtUp(second)).state()).toEqual(fold(2_000).state());
    await fill(stream, 2_000, 3_000);
    await second.stop();
    expect((await caughtUp(readerOf(stream))).state()).toEqual(fold(3_000).state());
  });

  test("shows no ledger before it caught up with what the stream holds", async () => {
    const stream = new FakeStream();
    await fill(stream, 0, 2_500);
    const reader = readerOf(stream);
    expect(reader.ledger()).toBeUndefined();
    for (let page = 0; page < 2; page += 1) {
      await reader.tick();
      expect(reader.ledger()).toBeUndefined();
    }
    await reader.tick();
    expect(reader.ledger()?.state()).toEqual(fold(2_500).state());
  });

  test("counts a gap when the stream was cut past its place while it was away", async () => {
    const stream = new FakeStream();
    await fill(stream, 0, 100);
    const before = readerOf(stream);
    await before.tick();
    await before.stop();
    await fill(stream, 100, 300);
    stream.trim(20);
    expect(gaps(await caughtUp(readerOf(stream)))).toBe(1);
  });

  test("counts no gap when only facts that it had read are gone, nor at its very first start", async () => {
    const stream = new FakeStream();
    await fill(stream, 0, 100);
    stream.trim(2);
    const before = readerOf(stream);
    await before.tick();
    await before.stop();
    stream.trim(5);
    await fill(stream, 100, 200);
    expect(gaps(await caughtUp(readerOf(stream)))).toBe(0);
  });

  test("saves while it runs, though not more often than once a second, and again when it stops", async () => {
    const stream = new FakeStream();
    let clock = 1_000_000;
    const reader = readerOf(stream, () => clock);
    await fill(stream, 0, 100);
    reader.start();
    await until(() => stream.saves === 1);
    await fill(stream, 100, 200);
    await until(() => JSON.stringify(reader.ledger()?.state()) === JSON.stringify(fold(200).state()));
    expect(stream.saves).toBe(1);
    clock += 1_000;
    await until(() => stream.saves === 2);
    await fill(stream, 200, 300);
    await until(() => JSON.stringify(reader.ledger()?.state()) === JSON.stringify(fold(300).state()));
    await reader.stop();
    await reader.stop();
    expect(stream.saves).toBe(3);
  });

  test("goes on by itself once Redis is back, with nothing lost or counted twice", async () => {
    const stream = new FakeStream();
    await fill(stream, 0, 100);
    const reader = readerOf(stream);
    reader.start();
    await until(() => reader.ledger() !== undefined);
    stream.down = true;
    await until(() => stream.refusals > 0);
    expect(reader.ledger()?.state()).toEqual(fold(100).state());
    stream.down = false;
    await fill(stream, 100, 200);
    await until(() => JSON.stringify(reader.ledger()?.state()) === JSON.stringify(fold(200).state()));
    await reader.stop();
  });

  test("starts anew from the stream when the saved counters cannot be read", async () => {
    const stream = new FakeStream();
    await stream.save("metrics", '{"format":0}');
    await fill(stream, 0, 100);
    expect((await caughtUp(readerOf(stream))).state()).toEqual(fold(100).state());
  });

  test("two readers that save under one name leave a checkpoint that is exact", async () => {
    const stream = new FakeStream();
    const [one, other] = [readerOf(stream), readerOf(stream)];
    await fill(stream, 0, 500);
    await one.tick();
    await fill(stream, 500, 900);
    await other.tick();
    await other.save();
    await one.save();
    expect((await caughtUp(readerOf(stream))).state()).toEqual(fold(900).state());
  });
});
