import { join } from "node:path";
import { redisOptionsFromUrl } from "@sluice/queue";
import { Queue, type QueueOptions } from "bullmq";
import type { Bench } from "../bench.ts";
import { ChildScript } from "../child-script.ts";

export const RAW_BULL = "raw BullMQ";

const NAME = "bench-raw";

/** BullMQ with nothing around it: one process adds, one completes. */
export class RawBull {
  readonly #producer: ChildScript;
  readonly #worker: ChildScript;
  readonly #queue: Queue;

  private constructor(producer: ChildScript, worker: ChildScript, queue: Queue) {
    this.#producer = producer;
    this.#worker = worker;
    this.#queue = queue;
  }

  static async start({ teardown }: Bench, redisUrl: string): Promise<RawBull> {
    const connection = redisOptionsFromUrl(redisUrl) as QueueOptions["connection"];
    const args = [NAME, JSON.stringify(connection)];
    const scripts: ChildScript[] = [];
    for (const file of ["bull-producer.ts", "bull-worker.ts"]) {
      const { script } = await ChildScript.start(join(import.meta.dirname, file), { args });
      await teardown.add(() => script.stop());
      scripts.push(script);
    }
    const queue = new Queue(NAME, { connection });
    // A lost connection shows in what is asked of it.
    queue.on("error", () => undefined);
    await teardown.add(() => queue.close());
    const [producer, worker] = scripts as [ChildScript, ChildScript];
    return new RawBull(producer, worker, queue);
  }

  get pids(): readonly number[] {
    return [this.#producer.pid, this.#worker.pid];
  }

  /** Answers when the first was begun, in milliseconds since the epoch, and how long until the last was accepted. */
  async add(
    jobs: number,
    inFlight: number,
    data: unknown,
  ): Promise<{ readonly startedAt: number; readonly ms: number }> {
    return (await this.#producer.ask({ jobs, inFlight, data })) as { startedAt: number; ms: number };
  }

  async open(): Promise<number> {
    const counts = await this.#queue.getJobCounts("wait", "active");
    return (counts["wait"] ?? 0) + (counts["active"] ?? 0);
  }

  /** Since it was started. */
  async completed(): Promise<number> {
    return Number(await this.#worker.ask({}));
  }
}
