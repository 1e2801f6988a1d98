import { connectQueueRedis, createBullQueue } from "@sluice/queue";
import { createMetricsRegistry, runService, startAdminServer } from "@sluice/process";
import { connectRedis, createRedisStores } from "@sluice/store";
import { readConfig } from "./config.ts";
import { FactReader } from "./fact-reader.ts";
import { LiveFigures } from "./live-figures.ts";
import { registerMetrics } from "./metrics.ts";

runService({
  name: "metrics",
  env: process.env,
  readConfig,
  start: async ({ config, logger, onStop }) => {
    const redis = connectRedis(config.redisUrl, {
      name: "metrics",
      onError: (err) => logger.warn({ err }, "Redis connection"),
    });
    onStop("redis", () => redis.disconnect());
    const stores = createRedisStores({ redis });
    onStop("stores", () => stores.stop());
    const queue = createBullQueue({
      redis: connectQueueRedis(config.redisUrl, {
        name: "metrics",
        onNotice: (notice) => logger.warn({ notice }, "queue"),
      }),
    });
    onStop("queue", () => queue.stop());

    const { facts, checkpoints, workers } = stores;
    const reader = new FactReader({ facts, checkpoints, consumer: config.consumer, logger, now: Date.now });
    reader.start();
    onStop("facts", () => reader.stop());

    const registry = createMetricsRegistry({ service: "metrics" });
    const figures = new LiveFigures({ workers, queue, logger, now: Date.now });
    registerMetrics(registry, { ledger: () => reader.ledger(), figures });

    const admin = await startAdminServer({
      host: config.host,
      port: config.port,
      portSetting: "SLUICE_METRICS_PORT",
      checks: { redis: () => redis.ping(), facts: () => reader.requireCaughtUp() },
      metrics: registry,
      logger,
    });
    onStop("scrapes", () => admin.stop());
    return { address: `http://${admin.address}/metrics` };
  },
});
