export { type BullConsumerOptions, createBullConsumer } from "./bull-consumer.ts";
export { type BullQueueOptions, createBullQueue } from "./bull-queue.ts";
export type { LeaseOptions, RetentionOptions } from "./attachment.ts";
export type { OnNotice, QueueNotice } from "./notice.ts";
export { connectQueueRedis, type ConnectQueueRedisOptions, type QueueRedis } from "./queue-redis.ts";
export { redisOptionsFromUrl } from "./redis-options.ts";
export { createMemoryConsumer, type MemoryConsumerOptions } from "./memory-consumer.ts";
export { createMemoryQueue, type MemoryQueue, type MemoryQueueOptions } from "./memory-queue.ts";
