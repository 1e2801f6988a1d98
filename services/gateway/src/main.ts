import { randomUUID } from "node:crypto";
import { connectQueueRedis, createBullQueue } from "@sluice/queue";
import { closeServer, listen, runService, StartError } from "@sluice/process";
import { checkRedisPolicy, connectRedis, createRedisStores, Journal } from "@sluice/store";
import { createApp, createHttpServer } from "./app.ts";
import { bootstrap } from "./bootstrap.ts";
import { readConfig } from "./config.ts";
import { WorkerLinks } from "./direct-lane/worker-links.ts";
import { Lanes } from "./lanes.ts";
import { CronSource } from "./sources/cron.ts";
import { TriggerCache } from "./trigger-cache.ts";

runService({
  name: "gateway",
  env: process.env,
  readConfig,
  start: async ({ config, logger, onStop }) => {
    const onError = (error: unknown): void => logger.warn({ err: error }, "a background step failed");
    const redis = connectRedis(config.redisUrl, { name: "gateway", onError });
    onStop("redis", () => redis.disconnect());
    const policy = await checkRedisPolicy(redis);
    if (policy.evicting) {
      throw new StartError(
        `Redis would evict data under memory pressure (maxmemory-policy ${policy.policy}), and with it accepted events. ` +
          "Set 'maxmemory-policy noeviction' on the server that REDIS_URL names.",
      );
    }
    if (!policy.aof)
      logger.warn(
        {},
        "Redis has no append-only file: accepted events do not survive its restart (set 'appendonly yes')",
      );

    const stores = createRedisStores({ redis });
    onStop("stores", () => stores.stop());
    const queue = createBullQueue({
      redis: connectQueueRedis(config.redisUrl, {
        name: "gateway",
        onNotice: (notice) => logger.warn({ ...notice }, "queue"),
      }),
    });
    onStop("queue", () => queue.stop());
    const journal = new Journal({
      facts: stores.facts,
      logs: stores.logs,
      onLoss: (lost, error) => logger.warn({ lost, err: error }, "facts were lost: Redis did not take them"),
    });
    onStop("journal", () => journal.flush());

    const now = Date.now;
    const newId = randomUUID;
    const place = { region: config.region, accountId: config.accountId };
    const { kind, path } = await bootstrap({ keys: stores.keys, dataDir: config.dataDir, now });
    if (kind === "elsewhere")
      logger.warn({ path }, "keys exist in Redis, but none is here: copy the credentials file of the first gateway");

    const links = new WorkerLinks({ workers: stores.workers, onError });
    await links.start();
    onStop("worker links", () => links.stop());
    const invoker = new Lanes({ links, queue, journal, now });
    const triggers = new TriggerCache({ registry: stores.registry, now });
    const cron = new CronSource({
      registry: stores.registry,
      ledger: stores.cron,
      invoker,
      place,
      now,
      newId,
      onError,
    });
    const stopListening = await stores.registry.onChange(() => {
      triggers.forgetAll();
      cron.changed();
    });
    onStop("registry", () => stopListening());

    const reportError = (err: unknown, errorId: string): void => logger.error({ err, errorId }, "unexpected error");
    const { registry, artifacts, logs, keys, workers } = stores;
    const app = createApp({
      sources: { triggers, invoker, now, newId, trustedProxies: config.trustedProxies },
      api: { registry, artifacts, logs, keys, workers, queue, invoker, now, newId, place, reportError },
      ready: async () => void (await redis.ping()),
    });
    const server = createHttpServer(app);
    const { address } = await listen(server, { host: config.host, port: config.port, setting: "SLUICE_PORT" });
    onStop("requests", (deadline) => closeServer(server, deadline));
    if (config.cron) {
      cron.start();
      onStop("cron", () => cron.stop());
    }
    return { address: `http://${address}` };
  },
});
