import { connectQueueRedis, createBullConsumer, createBullQueue } from "@sluice/queue";
import { runService } from "@sluice/process";
import { bundlePrelude } from "@sluice/runtime";
import { describeIsolation, detectIsolation, isContained } from "@sluice/sandbox";
import { connectRedis, createRedisStores } from "@sluice/store";
import { Announcer } from "./announcer.ts";
import { readConfig } from "./config.ts";
import { Worker } from "./worker.ts";

/** Of a worker's capacity, so much may be events; the rest is always there for callers who wait. */
const QUEUED_SHARE = 0.8;

/** Kept of the drain time for everything after the last run. */
const STOP_MS = 2_000;

runService({
  name: "worker",
  env: process.env,
  readConfig,
  start: async ({ config, logger, onStop }) => {
    const onError = (error: unknown): void => logger.warn({ err: error }, "Redis");
    const redis = connectRedis(config.redisUrl, { name: `worker:${config.id}`, onError });
    onStop("redis", () => redis.disconnect());
    const stores = createRedisStores({ redis });
    onStop("stores", () => stores.stop());

    const [prelude, isolation] = await Promise.all([bundlePrelude(), detectIsolation()]);
    const cells = describeIsolation(isolation);
    if (isContained(isolation)) logger.info({ cells }, "isolation");
    else logger.warn({ cells }, "cells lack layers of isolation that others have: see docs/security.md");
    const queueRedis = connectQueueRedis(config.redisUrl, {
      name: `worker:${config.id}`,
      onNotice: (notice) => logger.warn({ ...notice }, "queue"),
    });
    const queue = createBullQueue({ redis: queueRedis });
    onStop("queue", () => queue.stop());
    const worker = new Worker({ config, stores, queue, prelude, isolation, logger, now: Date.now });
    onStop("cells", () => worker.pool.stop());
    onStop("network", () => worker.network.stop());
    onStop("source maps", () => worker.sourceMaps.stop());
    onStop("slots", () => worker.slots.stop());
    onStop("journal", () => worker.journal.flush());
    const stopListening = await stores.registry.onChange((ref) => worker.forget(ref));
    onStop("registry", () => stopListening());
    const address = await worker.listen();
    onStop("direct lane", () => worker.directLane.stop());
    await worker.pool.ready();

    const announcer = new Announcer({ workers: stores.workers, lease: () => worker.lease(), onError });
    const consumer = createBullConsumer({
      redis: queueRedis,
      capacity: Math.max(1, Math.floor(config.capacity * QUEUED_SHARE)),
      concurrencyOf: (ref) => worker.claimLimit(ref),
      handle: (claim) => worker.queuedLane.handle(claim),
      lockDurationMs: config.leaseMs,
      stalledIntervalMs: config.stalledCheckMs,
    });
    onStop("drain", async (deadline) => {
      worker.drain();
      await announcer.tick();
      const drainMs = Math.max(0, config.drainMs - STOP_MS);
      await Promise.all([consumer.drain(drainMs), worker.drainCallers(deadline, drainMs)]);
      await announcer.stop();
    });
    await announcer.start();
    await worker.start();
    await consumer.start();
    return { address };
  },
});
