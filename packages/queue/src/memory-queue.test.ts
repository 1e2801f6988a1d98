import { createMemoryConsumer } from "./memory-consumer.ts";
import { createMemoryQueue } from "./memory-queue.ts";
import { describeQueueContract } from "./testing/queue-contract.ts";

describeQueueContract("the in-memory twin", async () => {
  const queue = createMemoryQueue();
  return {
    queue,
    consumer: (options, detaching) =>
      createMemoryConsumer({ ...options, queue, ...(detaching ? { idleMs: 100 } : {}) }),
    close: () => queue.stop(),
  };
});
