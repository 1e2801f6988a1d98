import type { FactStream, InvocationEvent, LogStore } from "@sluice/core";
import { Journal } from "./journal.ts";
import { fact, messageOf, record, REF } from "./testing/samples.ts";

type Batch = Parameters<LogStore["append"]>[0];

/** A journal on stores that note what they are given; a write hangs while `gate` is set, and fails with `error`. */
class Trial {
  readonly facts: (readonly InvocationEvent[])[] = [];
  readonly logs: Batch[] = [];
  readonly losses: [lost: number, error: unknown][] = [];
  gate: Promise<void> | undefined;
  error: Error | undefined;
  readonly journal: Journal;

  constructor() {
    const append = async (): Promise<void> => {
      await this.gate;
      if (this.error !== undefined) throw this.error;
    };
    const facts: Pick<FactStream, "append"> = {
      append: (list) => {
        this.facts.push(list);
        return append();
      },
    };
    const logs: Pick<LogStore, "append"> = { append: async (batch) => void this.logs.push(batch) };
    this.journal = new Journal({ facts, logs, onLoss: (lost, error) => this.losses.push([lost, error]) });
  }
}

test("facts and logs of a moment are written together, logs by function", async () => {
  const { journal, facts, logs } = new Trial();
  journal.fact(fact(1));
  journal.log(REF, record("one"));
  journal.fact(fact(2));
  journal.log({ tenant: "acme", name: "other" }, record("two"));
  journal.log(REF, record("three"));
  await journal.flush();
  expect(facts).toEqual([[fact(1), fact(2)]]);
  expect(logs[0]?.map(({ ref, records }) => [ref.name, records.map(messageOf)])).toEqual([
    ["resize", ["one", "three"]],
    ["other", ["two"]],
  ]);
});

test("with nothing to write, nothing is written", async () => {
  const { journal, facts, logs } = new Trial();
  await journal.flush();
  expect([facts, logs]).toEqual([[], []]);
});

test("what comes while a write is under way goes into the next one, after it", async () => {
  const trial = new Trial();
  const { promise, resolve } = Promise.withResolvers<void>();
  trial.gate = promise;
  trial.journal.fact(fact(1));
  const first = trial.journal.flush();
  await Promise.resolve();
  trial.journal.fact(fact(2));
  const second = trial.journal.flush();
  await Promise.resolve();
  expect(trial.facts).toEqual([[fact(1)]]);
  resolve();
  await Promise.all([first, second]);
  expect(trial.facts).toEqual([[fact(1)], [fact(2)]]);
});

test("a batch that Redis did not take is counted, and the next one is tried", async () => {
  const trial = new Trial();
  trial.error = new Error("away");
  trial.journal.fact(fact(1));
  trial.journal.log(REF, record("one"));
  await trial.journal.flush();
  expect(trial.losses).toEqual([[2, trial.error]]);
  trial.error = undefined;
  trial.journal.fact(fact(2));
  await trial.journal.flush();
  expect(trial.facts.at(-1)).toEqual([fact(2)]);
});

test("while Redis is away memory stays bounded: past the backlog, the newest are dropped and counted", async () => {
  const trial = new Trial();
  const { promise, resolve } = Promise.withResolvers<void>();
  trial.gate = promise;
  trial.journal.fact(fact(0));
  const hanging = trial.journal.flush();
  await Promise.resolve();
  for (let at = 1; at <= 50_003; at++) trial.journal.fact(fact(at));
  resolve();
  await hanging;
  await trial.journal.flush();
  expect(trial.facts.at(-1)).toHaveLength(50_000);
  expect(trial.losses).toEqual([[3, undefined]]);
});
