import { type FunctionRef, PlatformError } from "@sluice/core";
import { Redis } from "ioredis";
import { becomesTrue } from "../testing/eventually.ts";
import { type RedisServer, startRedisServer } from "../testing/redis-server.ts";
import { REF, deploy, samplePut } from "../testing/samples.ts";
import { ChangeFeed } from "./change-feed.ts";
import { connectRedis } from "./connect.ts";
import { createRedisStores } from "./stores.ts";

describe("changes", () => {
  let server: RedisServer;
  let redis: Redis;

  beforeEach(async () => {
    server = await startRedisServer();
    redis = connectRedis(server.url, { name: "test", onError: () => undefined });
  });
  afterEach(async () => {
    redis.disconnect();
    await server.stop();
  });

  test("a listener whose connection was cut is told to forget everything, and hears what comes later", async () => {
    const stores = createRedisStores({ redis });
    const heard: (FunctionRef | undefined)[] = [];
    let workersChanged = 0;
    await stores.registry.onChange((ref) => heard.push(ref));
    await stores.workers.onChange(() => workersChanged++);
    for (let cut = 1; cut <= 3; cut++) {
      await redis.call("CLIENT", "KILL", "TYPE", "pubsub");
      await becomesTrue(() => heard.length === cut && workersChanged === cut);
    }
    expect(heard).toEqual([undefined, undefined, undefined]);
    await deploy(stores.registry, samplePut());
    await becomesTrue(() => heard.length === 4);
    expect(heard.at(-1)).toEqual(REF);
    await stores.stop();
  });

  test("a listener that stopped is not told, and its connection is closed with the stores", async () => {
    const stores = createRedisStores({ redis });
    const heard: unknown[] = [];
    const stop = await stores.registry.onChange((ref) => heard.push(ref));
    await stop();
    await stop();
    const others: unknown[] = [];
    await stores.registry.onChange((ref) => others.push(ref));
    await redis.call("CLIENT", "KILL", "TYPE", "pubsub");
    await becomesTrue(() => others.length === 1);
    expect(heard).toEqual([]);
    await stores.stop();
    await stores.stop();
    await becomesTrue(async () => !String(await redis.client("LIST")).includes("name=sluice:test:"));
    await expect(stores.registry.onChange(() => undefined)).rejects.toBeInstanceOf(PlatformError);
  });

  test("a connection that fell silent is found and made anew", async () => {
    const path = server.url.slice("unix:".length);
    const impatient = new Redis({ path, commandTimeout: 100, retryStrategy: () => 20 });
    impatient.on("error", () => undefined);
    const feed = new ChangeFeed({ redis: impatient, heartbeatMs: 50 });
    let gaps = 0;
    await feed.listen("channel", { onMessage: () => undefined, onGap: () => gaps++ });
    const before = await subscribers();
    server.process.kill("SIGSTOP");
    await expect(impatient.ping()).rejects.toThrow("timed out");
    await expect(impatient.ping()).rejects.toThrow("timed out");
    server.process.kill("SIGCONT");
    await becomesTrue(() => gaps > 0);
    expect(await subscribers()).not.toEqual(before);
    await feed.stop();
    impatient.disconnect();
  });

  /** Ids of the connections that listen. */
  async function subscribers(): Promise<string[]> {
    const list = String(await redis.call("CLIENT", "LIST", "TYPE", "pubsub"));
    return [...list.matchAll(/^id=(\d+)/gm)].map(([, id]) => id ?? "");
  }
});
