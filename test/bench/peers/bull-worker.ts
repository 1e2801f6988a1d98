import { Worker, type WorkerOptions } from "bullmq";

/** Completes jobs of a plain queue without doing anything; answers how many so far. */
const [name = "", connection = "{}"] = process.argv.slice(2);
let completed = 0;
const worker = new Worker(name, async () => null, {
  connection: JSON.parse(connection) as WorkerOptions["connection"],
  concurrency: 100,
  // As many as the product keeps, so that both do the same work in Redis.
  removeOnComplete: { count: 1_000 },
});
worker.on("completed", () => (completed += 1));
await worker.waitUntilReady();

process.on("message", () => process.send?.(completed));
process.on("disconnect", () => process.exit());
process.send?.("ready");
