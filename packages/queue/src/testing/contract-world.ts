import type {
  Claim,
  ConsumerOptions,
  InvocationConsumer,
  InvocationQueue,
  InvocationState,
  Verdict,
} from "@sluice/core";
import { FN } from "./events.ts";
import { until } from "./until.ts";

/** One adapter under test, with queues that nothing else uses. */
export interface QueueHarness {
  readonly queue: InvocationQueue;
  /** @param detaching whether it detaches from empty queues soon, as opposed to after half a minute */
  consumer(options: ConsumerOptions, detaching: boolean): InvocationConsumer;
  close(): Promise<void>;
}

export const FAILURE = { errorType: "TypeError", errorMessage: "x is not a function" };
export const DONE: Verdict = { kind: "complete", result: '"done"' };

interface ConsumeOptions {
  readonly capacity?: number;
  readonly limit?: number | ((functionName: string) => number | null);
  readonly detaching?: boolean;
}

/** What the tests of the contract share: a fresh harness for each, and consumers that are drained after it. */
export class ContractWorld {
  readonly drains: (() => Promise<void>)[] = [];
  #harness: QueueHarness | undefined;

  constructor(open: () => Promise<QueueHarness>) {
    beforeEach(async () => {
      this.#harness = await open();
    });
    afterEach(async () => {
      await Promise.all(this.drains.splice(0).map((drain) => drain()));
      await this.#harness?.close();
    });
  }

  get queue(): InvocationQueue {
    return this.#open().queue;
  }

  /** A running consumer; or one that detaches soon, but looks for queues only when it is told to. */
  async consume(
    handle: (claim: Claim) => Verdict | Promise<Verdict>,
    options: ConsumeOptions = {},
  ): Promise<InvocationConsumer> {
    const { capacity = 16, limit = () => null, detaching = false } = options;
    const concurrencyOf = async ({ name }: { readonly name: string }): Promise<number | null> =>
      typeof limit === "number" ? limit : limit(name);
    const consumer = this.#open().consumer(
      { capacity, concurrencyOf, handle: async (claim) => handle(claim) },
      detaching,
    );
    this.drains.push(() => consumer.drain(5_000));
    if (!detaching) await consumer.start();
    await consumer.tick();
    return consumer;
  }

  async untilState(id: string, state: InvocationState): Promise<void> {
    await until(`${id} is ${state}`, async () => (await this.queue.find(FN, id))?.state === state);
  }

  #open(): QueueHarness {
    if (this.#harness === undefined) throw new Error("used outside a test");
    return this.#harness;
  }
}
