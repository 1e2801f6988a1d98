import { readdirSync, readFileSync } from "node:fs";
import { eventually } from "../support/eventually.ts";
import { Stack } from "../support/stack.ts";

const EVENTS = 1_000;
/** Leaves a mark for each run, so that lost and repeated ones can be told. */
const CODE = `
const { kv } = require("sluice");
exports.handler = async (event, context) => {
  await kv.put("ran/" + JSON.parse(event.body).n + "/" + crypto.randomUUID(), context.awsRequestId);
};`;
const READER = `
const { kv } = require("sluice");
exports.handler = async () => {
  const all = [];
  let cursor;
  do {
    const page = await kv.list({ prefix: "ran/", cursor });
    all.push(...page.keys);
    cursor = page.cursor ?? undefined;
  } while (cursor);
  return all;
};`;

type Victim = "worker" | "cell" | "gateway" | "metrics" | "redis";

/** Sends one event until it is accepted; a client whose connection broke cannot know, and sends it again. */
async function send(stack: Stack, n: number): Promise<void> {
  const headers = { "content-type": "application/json", "idempotency-key": `event-${n}` };
  await eventually(
    async () => {
      try {
        const response = await fetch(`${stack.endpoint}/hooks/chaos`, {
          method: "POST",
          headers,
          body: JSON.stringify({ n }),
        });
        await response.arrayBuffer();
        return response.status;
      } catch {
        return 0;
      }
    },
    (status) => status === 202,
    60_000,
  );
}

async function strike(stack: Stack, victim: Victim): Promise<void> {
  if (victim === "redis") return await stack.restartRedis();
  if (victim === "cell") {
    for (const pid of cellsOf(stack.workers[0]?.pid ?? 0)) process.kill(pid, "SIGKILL");
    return;
  }
  const service = { worker: stack.workers[0], gateway: stack.gateways[0], metrics: stack.metrics }[victim];
  await service?.kill();
  await service?.start();
}

function cellsOf(parent: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) === parent;
      } catch {
        return false; // ended meanwhile
      }
    });
}

test.each<Victim>(["worker", "cell", "gateway", "metrics", "redis"])(
  "kill -9 of a %s amid a thousand events loses none of the accepted ones",
  async (victim) => {
    const port = 20_000 + Math.floor(Math.random() * 20_000);
    const stack = await Stack.start({ workers: 2, metrics: true, env: { SLUICE_PORT: String(port) } });
    try {
      const triggers = [{ webhook: { name: "chaos" } }];
      await stack.deploy("chaos", CODE, { timeoutMs: 10_000, retry: { delaysMs: [50, 50, 50] }, triggers });
      await stack.deploy("reader", READER, { timeoutMs: 30_000 });
      const client = await stack.client();
      let next = 0;
      let accepted = 0;
      const struck = eventually(
        () => accepted,
        (count) => count >= EVENTS / 3,
        120_000,
      ).then(() => strike(stack, victim));
      const senders = Array.from({ length: 16 }, async () => {
        while (next < EVENTS) {
          await send(stack, next++);
          accepted += 1;
        }
      });
      await Promise.all([struck, ...senders]);

      const drained = await eventually(
        () => client.getQueue("chaos").catch(() => undefined),
        (depth) => depth !== undefined && depth.waiting + depth.delayed + depth.active === 0,
        60_000,
      );
      expect(drained?.deadLettered).toBe(0);
      const { result } = await client.invoke({ name: "reader" });
      const runs = (result as string[]).map((key) => Number(key.split("/")[1]));
      expect(new Set(runs).size).toBe(EVENTS);
      // Duplicates are possible, and bounded by what one process had in its hands.
      expect(runs.length - EVENTS).toBeLessThanOrEqual(200);
    } finally {
      await stack.stop();
    }
  },
  180_000,
);
