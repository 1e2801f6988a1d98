import { definitionOf, FakeFactory } from "../testing/fake-sandbox.ts";
import { Call } from "./call.ts";
import type { EnvironmentEnd } from "./environment.ts";
import { VersionPool } from "./version-pool.ts";

/** A pool of fake isolates on a clock of its own, with what it told its cell. */
class Trial {
  readonly factory = new FakeFactory();
  readonly finished: { readonly id: number; readonly ok: boolean; readonly json: string }[] = [];
  readonly ends: EnvironmentEnd[] = [];
  readonly failures: { readonly id: number | undefined; readonly error: string }[] = [];
  readonly pool: VersionPool;
  room = 10;
  clock = 1_000;
  #ids = 0;

  constructor(parallelism = 2) {
    this.pool = new VersionPool({
      id: 1,
      definition: definitionOf(),
      code: "",
      factory: this.factory.create,
      parallelism,
      clock: () => this.clock,
      now: () => this.clock,
      sink: {
        finished: ({ id }, ok, json) => this.finished.push({ id, ok, json }),
        failedToLoad: (call, error) => this.failures.push({ id: call?.id, error }),
        ended: (_environment, end) => this.ends.push(end),
        evicted: () => undefined,
        hostCall: () => undefined,
        claimIsolate: () => this.room > 0 && this.room-- > 0,
        releaseIsolate: () => void this.room++,
      },
    });
  }

  async submit(event = "{}"): Promise<number> {
    const id = ++this.#ids;
    this.pool.submit(new Call({ id, definition: 1, invocationId: `i-${id}`, event }));
    await this.settled();
    return id;
  }

  /** Isolates are made asynchronously. */
  async settled(): Promise<void> {
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  }

  /** Runs calls of no duration until the pool takes the function for a fast one. */
  async warmUp(): Promise<void> {
    for (let call = 0; call < 60; call++) {
      await this.submit();
      this.factory.made[0]?.settle();
    }
    this.finished.length = 0;
  }
}

test("a call that finds no isolate has one made for it, and says how long that took; the next one does not wait", async () => {
  const trial = new Trial();
  const id = await trial.submit();
  trial.factory.made[0]?.settle('"first"');
  await trial.submit();
  trial.factory.made[0]?.settle('"second"', false);
  expect(trial.factory.made).toHaveLength(1);
  expect(trial.finished).toEqual([
    { id, ok: true, json: '"first"' },
    { id: 2, ok: false, json: '"second"' },
  ]);
});

test("calls of a slow function get an isolate each, no more being made at once than there are cores", async () => {
  const trial = new Trial(2);
  for (let call = 0; call < 5; call++)
    trial.pool.submit(new Call({ id: call, definition: 1, invocationId: "i", event: "{}" }));
  expect(trial.factory.made).toHaveLength(2);
  await trial.settled();
  expect(trial.factory.made).toHaveLength(5);
});

test("with no room for another isolate, calls wait for one to come free, in their order", async () => {
  const trial = new Trial();
  trial.room = 1;
  for (const event of ['"a"', '"b"', '"c"']) await trial.submit(event);
  const [only] = trial.factory.made;
  for (let call = 0; call < 3; call++) only?.settle();
  expect(trial.factory.made).toHaveLength(1);
  expect(only?.entries).toEqual(['"a"', '"b"', '"c"']);
});

test("calls of a fast function lie in one mailbox, and come back out of it when the first turns out to be slow", async () => {
  const trial = new Trial();
  await trial.warmUp();
  for (let call = 0; call < 3; call++) await trial.submit();
  expect(trial.factory.made).toHaveLength(1);
  expect(trial.factory.made[0]?.mailbox).toHaveLength(2);
  trial.clock += 5;
  trial.pool.tick(trial.clock);
  await trial.settled();
  expect(trial.factory.made[0]?.mailbox).toEqual([]);
  for (const sandbox of trial.factory.made) while (sandbox.begun !== undefined) sandbox.settle();
  expect(trial.finished).toHaveLength(3);
});

test("when an isolate ends, what ran in it is guilty; what had not begun runs elsewhere", async () => {
  const trial = new Trial();
  await trial.warmUp();
  const first = await trial.submit('"guilty"');
  const second = await trial.submit('"innocent"');
  trial.factory.made[0]?.end("memory");
  await trial.settled();
  expect(trial.ends.map(({ guilty, reason }) => [guilty?.call.id, guilty?.error.errorType, reason])).toEqual([
    [first, "Runtime.OutOfMemory", "memory"],
  ]);
  expect(trial.factory.made[1]?.entries).toEqual(['"innocent"']);
  trial.factory.made[1]?.settle();
  expect(trial.finished).toEqual([{ id: second, ok: true, json: "null" }]);
});

test("a module that does not load fails the call that asked for it, and the next one tries again", async () => {
  const trial = new Trial();
  trial.factory.failure = "broken";
  const id = await trial.submit();
  expect(trial.failures).toEqual([{ id, error: "broken" }]);
  expect(trial.room).toBe(10);
  trial.factory.failure = undefined;
  await trial.submit();
  expect(trial.factory.made).toHaveLength(1);
});

test("the isolate that was idle longest is evicted first, busy ones never", async () => {
  const trial = new Trial();
  for (let call = 0; call < 3; call++) await trial.submit();
  const [one, two, busy] = trial.factory.made;
  trial.clock += 1;
  two?.settle();
  trial.clock += 1;
  one?.settle();
  expect(trial.pool.evictIdle(trial.clock)).toBe(true);
  expect([one?.disposed, two?.disposed]).toEqual([false, true]);
  expect(trial.pool.evictIdle(trial.clock)).toBe(true);
  expect(trial.pool.evictIdle(trial.clock)).toBe(false);
  expect(busy?.disposed).toBe(false);
  expect(trial.room).toBe(9);
});
