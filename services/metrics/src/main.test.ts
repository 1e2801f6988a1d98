import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connectQueueRedis, createBullQueue } from "@sluice/queue";
import { connectRedis, createRedisStores, type Stores } from "@sluice/store";
import { Ledger } from "./ledger.ts";
import { type ParsedFamily, parseExposition, seriesName } from "./testing/exposition.ts";
import { AT, manyFacts } from "./testing/facts.ts";
import { RedisServer } from "./testing/redis-server.ts";
import { until } from "./testing/until.ts";

const MAIN = new URL("./main.ts", import.meta.url).pathname;

describe("the metrics service over a real Redis", () => {
  let server: RedisServer;
  let stores: Stores;
  let stopStores: () => Promise<void>;
  let service: ChildProcess | undefined;

  beforeEach(async () => {
    server = await RedisServer.create();
    const redis = connectRedis(server.url, { name: "test", onError: () => undefined });
    stores = createRedisStores({ redis });
    stopStores = async () => {
      await stores.stop();
      redis.disconnect();
    };
  });

  afterEach(async () => {
    await end("SIGKILL");
    await stopStores();
    await server.remove();
  });

  /** Starts the service as `npm run metrics` does and answers the address that it tells its supervisor. */
  async function start(): Promise<string> {
    const env = { PATH: process.env["PATH"], REDIS_URL: server.url, SLUICE_METRICS_PORT: "0" };
    const child = spawn(process.execPath, [MAIN], { env, stdio: ["ignore", "ignore", "ignore", "ipc"] });
    service = child;
    const [message] = (await once(child, "message")) as [{ type: string; address: string }];
    expect(message.type).toBe("ready");
    return message.address;
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (service === undefined || service.exitCode !== null || service.signalCode !== null) return;
    const exited = once(service, "exit");
    service.kill(signal);
    await exited;
  }

  async function append(from: number, to: number): Promise<void> {
    const facts = manyFacts(to);
    for (let first = from; first < to; first += 50) await stores.facts.append(facts.slice(first, first + 50));
  }

  async function scrape(address: string): Promise<ReadonlyMap<string, ParsedFamily>> {
    const response = await fetch(address);
    expect(response.status).toBe(200);
    return parseExposition(await response.text());
  }

  /** All counters and histograms of a scrape that counted so many facts, as numbers by name and labels. */
  async function countersAfter(address: string, count: number): Promise<Record<string, number>> {
    const retries = [...ledgerOf(count).samples("faas_retries_total")].reduce((sum, { value }) => sum + value, 0);
    const families = await until(async () => {
      const seen = await scrape(address);
      const sum = seen.get("faas_retries_total")?.samples.reduce((total, { value }) => total + value, 0);
      return sum === retries ? seen : undefined;
    }, `a scrape with ${retries} retries`);
    const counted = [...families].filter(([name, { type }]) => name.startsWith("faas_") && type !== "gauge");
    return Object.fromEntries(
      counted.flatMap(([, { samples }]) => samples.map((sample) => [seriesName(sample), sample.value])),
    );
  }

  function ledgerOf(count: number): Ledger {
    const ledger = new Ledger();
    for (const fact of manyFacts(count)) ledger.fold(fact);
    return ledger;
  }

  test("neither loses nor double counts a fact when it is killed or stopped while facts keep coming", async () => {
    await append(0, 1_000);
    const first = await start();
    await countersAfter(first, 1_000);
    await append(1_000, 2_000);
    await end("SIGKILL");
    await append(2_000, 3_000);
    const second = await start();
    await countersAfter(second, 3_000);
    await end("SIGTERM");
    expect(service?.exitCode).toBe(0);
    await append(3_000, 4_000);
    const restarted = await countersAfter(await start(), 4_000);
    await end("SIGKILL");

    const redis = connectRedis(server.url, { name: "test", onError: () => undefined });
    await redis.hdel(...((await checkpointKey(redis)) as [string, string]));
    redis.disconnect();
    const anew = await countersAfter(await start(), 4_000);
    expect(restarted).toEqual(anew);
  });

  test("shows workers and queues, and answers scrapes with what it knows while Redis is down", async () => {
    const lease = {
      id: "w1",
      address: "unix:/w1",
      token: "secret",
      host: "h",
      pid: 1,
      capacity: 8,
      startedAt: AT,
      draining: false,
    };
    await stores.workers.announce(
      { ...lease, running: { "default.thumbnails": 2 }, cells: 1, warmIsolates: 1 },
      60_000,
    );
    const queue = createBullQueue({ redis: connectQueueRedis(server.url) });
    const ref = { tenant: "default", function: "thumbnails" };
    await queue.enqueue({
      ...ref,
      id: "5f0c8f0e-0000-4000-8000-000000000001",
      qualifier: "$LATEST",
      source: "object-storage",
      trigger: "photos",
      event: "{}",
      acceptedAt: Date.now(),
    });
    await queue.stop();
    await append(0, 100);
    const address = await start();
    const value = (families: ReadonlyMap<string, ParsedFamily>, name: string): number | undefined =>
      families.get(name)?.samples[0]?.value;

    await countersAfter(address, 100);
    const up = await scrape(address);
    const waiting = up.get("faas_queue_depth")?.samples.find(({ labels }) => labels["state"] === "waiting");
    expect(waiting).toMatchObject({ labels: { tenant: "default", function: "thumbnails" }, value: 1 });
    const running = up.get("faas_concurrent_executions")?.samples.filter((sample) => sample.value > 0);
    expect(running?.map((sample) => [sample.labels["function"], sample.value])).toEqual([["thumbnails", 2]]);
    expect([value(up, "faas_redis_up"), value(up, "faas_workers")]).toEqual([1, 1]);
    expect((await fetch(new URL("/readyz", address))).status).toBe(200);

    await server.kill();
    const down = await scrape(address);
    expect(value(down, "faas_redis_up")).toBe(0);
    expect(value(down, "faas_retries_total")).toBe(value(up, "faas_retries_total"));
    expect((await fetch(new URL("/readyz", address))).status).toBe(503);
    expect((await fetch(new URL("/healthz", address))).status).toBe(200);

    await server.start();
    await until(async () => value(await scrape(address), "faas_redis_up") === 1, "Redis up again");
    await append(100, 200);
    await countersAfter(address, 200);
  });

  test("says what to set when REDIS_URL is missing", async () => {
    const child = spawn(process.execPath, [MAIN], {
      env: { PATH: process.env["PATH"] },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    for await (const chunk of child.stderr) said += String(chunk);
    expect(said).toMatch(/REDIS_URL must be set: .*npm start/);
  });

  async function checkpointKey(redis: ReturnType<typeof connectRedis>): Promise<readonly string[]> {
    const keys = (await redis.keys("*checkpoint*")) as readonly string[];
    return [keys[0] ?? "", "metrics"];
  }
});
