import { definitionOf, FakeFactory } from "../testing/fake-sandbox.ts";
import { Call } from "./call.ts";
import type { EnvironmentEnd } from "./environment-sink.ts";
import { VersionPool } from "./version-pool.ts";

/** A pool of fake isolates on a clock of its own, with what it told its cell. */
class Trial {
  readonly factory = new FakeFactory();
  readonly finished: { readonly id: number; readonly ok: boolean; readonly json: string }[] = [];
  readonly ends: EnvironmentEnd[] = [];
  readonly failures: { readonly id: number | undefined; readonly error: string }[] = [];
  readonly states: VersionPool["provisioned"][] = [];
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
        provisionedChanged: () => this.states.push(this.pool.provisioned),
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

test("provisioned isolates are made before any call, which then waits for nothing and tells of no initialisation", async () => {
  const trial = new Trial();
  trial.pool.provision(3);
  await trial.settled();
  expect(trial.factory.made).toHaveLength(3);
  expect(trial.pool.provisioned).toEqual({ wanted: 3, ready: 3, failure: "" });
  const call = new Call({ id: 1, definition: 1, invocationId: "i", event: "{}" });
  trial.pool.submit(call);
  trial.factory.made.find(({ begun }) => begun !== undefined)?.settle();
  expect([trial.finished.length, call.initMs]).toEqual([1, null]);
  expect(trial.factory.made).toHaveLength(3);
});

test("calls beyond the provisioned isolates get others; idle ones that are provisioned are taken first and never evicted", async () => {
  const trial = new Trial();
  trial.pool.provision(1);
  await trial.settled();
  await trial.submit('"first"');
  await trial.submit('"second"');
  const [kept, other] = trial.factory.made;
  expect([kept?.entries, other?.entries]).toEqual([['"first"'], ['"second"']]);
  kept?.settle();
  trial.clock += 1;
  other?.settle();
  await trial.submit('"third"');
  expect(kept?.entries).toEqual(['"first"', '"third"']);
  kept?.settle();
  expect([trial.pool.evictIdle(trial.clock), trial.pool.evictIdle(trial.clock)]).toEqual([true, false]);
  expect([kept?.disposed, other?.disposed]).toEqual([false, true]);
});

test("a provisioned isolate that ends is replaced", async () => {
  const trial = new Trial();
  trial.pool.provision(2);
  await trial.settled();
  trial.factory.made[0]?.end("memory");
  await trial.settled();
  expect([trial.factory.made.length, trial.pool.provisioned.ready, trial.room]).toEqual([3, 2, 8]);
});

test("provisioned isolates that are no longer wanted go at once if they are idle, and later if they are not", async () => {
  const trial = new Trial();
  trial.pool.provision(2);
  await trial.settled();
  await trial.submit();
  const busy = trial.factory.made.find(({ begun }) => begun !== undefined);
  trial.pool.provision(0);
  expect(trial.factory.made.filter(({ disposed }) => !disposed)).toEqual([busy]);
  busy?.settle();
  expect(trial.pool.provisioned).toEqual({ wanted: 0, ready: 0, failure: "" });
  expect([trial.pool.evictIdle(trial.clock), trial.pool.isolates, trial.room]).toEqual([true, 0, 10]);
});

test("a module that does not load is tried again, later and later, and says why", async () => {
  const trial = new Trial(1);
  trial.factory.failure = '{"errorType":"TypeError","errorMessage":"no such thing","trace":[]}';
  trial.pool.provision(1);
  await trial.settled();
  trial.pool.keepProvisioned();
  await trial.settled();
  expect(trial.states.map(({ failure }) => failure)).toEqual(["", "TypeError: no such thing"]);
  trial.clock += 100;
  trial.pool.keepProvisioned();
  await trial.settled();
  expect([trial.states.length, trial.failures.length, trial.room]).toEqual([3, 2, 10]);
  trial.factory.failure = undefined;
  trial.clock += 100;
  trial.pool.keepProvisioned();
  await trial.settled();
  expect(trial.factory.made).toHaveLength(0);
  trial.clock += 100;
  trial.pool.keepProvisioned();
  await trial.settled();
  expect(trial.pool.provisioned).toEqual({ wanted: 1, ready: 1, failure: "" });
});

test("what was provisioned in vain leaves no more than there is room for", async () => {
  const trial = new Trial();
  trial.room = 2;
  trial.pool.provision(5);
  await trial.settled();
  expect([trial.pool.provisioned.ready, trial.room]).toEqual([2, 0]);
});
