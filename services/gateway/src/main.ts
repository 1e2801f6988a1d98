import { closeServer, listen, type Logger, runService, StartError } from "@sluice/process";
import { connectQueueRedis, createBullQueue } from "@sluice/queue";
import { checkRedisPolicy, connectRedis, createRedisStores } from "@sluice/store";
import { bootstrap } from "./bootstrap.ts";
import { readConfig } from "./config.ts";
import { Gateway } from "./gateway.ts";
import { deriveLinkSecret, readMasterKeys } from "./master-key.ts";

runService({
  name: "gateway",
  env: process.env,
  readConfig,
  start: async ({ config, logger, onStop }) => {
    const onError = (error: unknown): void => logger.warn({ err: error }, "Redis");
    const redis = connectRedis(config.redisUrl, { name: "gateway", onError });
    onStop("redis", () => redis.disconnect());
    await requireDurableRedis(redis, logger);
    const masterKeys = await readMasterKeys({ setting: config.masterKey, dataDir: config.dataDir });
    const stores = createRedisStores({ redis, masterKeys });
    onStop("stores", () => stores.stop());
    const onNotice = (notice: object): void => logger.warn({ ...notice }, "queue");
    const queue = createBullQueue({ redis: connectQueueRedis(config.redisUrl, { name: "gateway", onNotice }) });
    onStop("queue", () => queue.stop());
    const { kind, path, tampered } = await bootstrap({ keys: stores.keys, dataDir: config.dataDir, now: Date.now });
    if (kind === "elsewhere") {
      logger.warn({ path }, "keys exist in Redis, but none is here: copy the credentials file of the first gateway");
    }
    if (kind === "revoked") logger.warn({ path }, "the key in the credentials file was deleted and works no more");
    if (tampered.length > 0) logger.error({ keys: tampered }, "access keys were changed in Redis and do not work");

    const linkSecret = deriveLinkSecret(masterKeys);
    const ready = async (): Promise<void> => void (await redis.ping());
    const gateway = new Gateway({ config, stores, queue, logger, ready, linkSecret, now: Date.now });
    onStop("journal", () => gateway.journal.flush());
    await gateway.links.start();
    onStop("worker links", () => gateway.links.stop());
    const stopListening = await stores.registry.onChange((ref) => gateway.changed(ref));
    onStop("registry", () => stopListening());
    const where = { host: config.host, port: config.port, setting: "SLUICE_PORT" };
    const { address } = await listen(gateway.server, where);
    onStop("requests", (deadline) => {
      gateway.endSessions();
      return closeServer(gateway.server, deadline);
    });
    if (config.cron) {
      gateway.cron.start();
      onStop("cron", () => gateway.cron.stop());
    }
    return { address: `http://${address}` };
  },
});

/** @throws StartError on a server that would drop accepted events when its memory is full */
async function requireDurableRedis(redis: Parameters<typeof checkRedisPolicy>[0], logger: Logger): Promise<void> {
  const { evicting, policy, aof } = await checkRedisPolicy(redis);
  if (evicting) {
    throw new StartError(
      `Redis would evict data under memory pressure (maxmemory-policy ${policy}), and with it accepted events. ` +
        "Set 'maxmemory-policy noeviction' on the server that REDIS_URL names.",
    );
  }
  if (!aof) {
    logger.warn({}, "Redis has no append-only file: accepted events do not survive its restart (set 'appendonly yes')");
  }
}
