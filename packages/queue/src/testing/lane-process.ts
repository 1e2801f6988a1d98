/**
 * A process of its own for what cannot be tried inside a test's: `hold` claims one event and keeps it; `churn` queues and
 * completes events until its input ends, then waits for the last and reports. Arguments: role, Redis URL, prefix.
 */
import { setTimeout as delay } from "node:timers/promises";
import { PlatformError } from "@sluice/core";
import { connectQueueRedis, createBullConsumer, createBullQueue } from "../index.ts";
import { FN, invocationOf } from "./events.ts";
import { until } from "./until.ts";

export interface ChurnReport {
  readonly accepted: number;
  readonly lost: number;
  readonly refusals: readonly string[];
}

const [role = "", url = "", prefix = ""] = process.argv.slice(2);
const redis = connectQueueRedis(url);
const common = { redis, prefix, lockDurationMs: 1_000, stalledIntervalMs: 200 };

async function hold(): Promise<void> {
  const consumer = createBullConsumer({
    ...common,
    capacity: 1,
    concurrencyOf: async () => null,
    handle: () => {
      process.stdout.write("claimed\n");
      return new Promise(() => undefined);
    },
  });
  await consumer.start();
}

async function churn(): Promise<void> {
  const handled = new Set<string>();
  const accepted: string[] = [];
  const refusals = new Set<string>();
  const queue = createBullQueue({ redis, prefix, commandTimeoutMs: 300 });
  const consumer = createBullConsumer({
    ...common,
    capacity: 8,
    concurrencyOf: async () => null,
    handle: async ({ invocation }) => {
      handled.add(invocation.id);
      return { kind: "complete", result: "null" };
    },
  });
  await consumer.start();
  process.stdin.resume();
  while (!process.stdin.readableEnded) {
    const invocation = invocationOf(FN);
    try {
      accepted.push((await queue.enqueue(invocation)).id);
      if (accepted.length % 100 === 0) process.stdout.write(`accepted ${accepted.length}\n`);
    } catch (error) {
      const code = error instanceof PlatformError ? error.code : String(error);
      if (!refusals.has(code)) process.stdout.write(`refused ${code}\n`);
      refusals.add(code);
    }
    await delay(1);
  }
  await until("the last event is handled", () => accepted.every((id) => handled.has(id)));
  await consumer.drain(5_000);
  await queue.stop();
  const lost = accepted.filter((id) => !handled.has(id)).length;
  const report: ChurnReport = { accepted: accepted.length, lost, refusals: [...refusals] };
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

await (role === "hold" ? hold() : churn());
