import { Queue, type QueueOptions } from "bullmq";

/** Adds jobs to a plain queue, so many at once, and says when it began and how long it took. */
interface AddJobs {
  readonly jobs: number;
  readonly inFlight: number;
  readonly data: unknown;
}

const [name = "", connection = "{}"] = process.argv.slice(2);
const queue = new Queue(name, { connection: JSON.parse(connection) as QueueOptions["connection"] });
await queue.waitUntilReady();

process.on("message", (work: AddJobs) => {
  void add(work).then((report) => process.send?.(report));
});
process.on("disconnect", () => process.exit());
process.send?.("ready");

async function add({ jobs, inFlight, data }: AddJobs): Promise<{ startedAt: number; ms: number }> {
  const startedAt = performance.now();
  let left = jobs;
  const adder = async (): Promise<void> => {
    while (left-- > 0) await queue.add("event", data);
  };
  await Promise.all(Array.from({ length: inFlight }, adder));
  return { startedAt: performance.timeOrigin + startedAt, ms: performance.now() - startedAt };
}
