import { setTimeout as pause } from "node:timers/promises";
import { DEFAULT_TENANT } from "@sluice/core";
import { connectQueueRedis, createBullQueue } from "@sluice/queue";
import { connectRedis, createRedisStores } from "@sluice/store";
import { eventually } from "../../support/eventually.ts";
import type { Stack } from "../../support/stack.ts";
import type { Bench } from "../bench.ts";
import { CompletedFacts } from "../completed-facts.ts";
import { ECHO_HANDLER, ECHO_REQUEST } from "../echo.ts";
import { type HttpTarget, loadTarget } from "../http-target.ts";
import { RAW_BULL, RawBull } from "../peers/raw-bull.ts";
import { cpuUsOf } from "../process-usage.ts";
import { productTarget, startProduct } from "../product-stack.ts";
import { type Contender, PRODUCT, type Sample, type Section } from "../section.ts";

const IN_FLIGHT = 32;
const POLL_MS = 20;
const NAME = "queued";

/** A queue with what fills and what empties it. */
export interface Lane {
  readonly name: string;
  readonly pids: readonly number[];
  /** Answers when the first was sent, in milliseconds since the epoch, and how long until the last was accepted. */
  fill(events: number): Promise<{ readonly startedAt: number; readonly ms: number }>;
  /** Events accepted and not completed. */
  open(): Promise<number>;
  /** Events ever completed. */
  completed(): Promise<number>;
}

/** Events accepted over HTTP, queued, run in an isolate, completed; beside a no-op worker of the same Redis. */
export async function measureQueued(bench: Bench): Promise<readonly Section[]> {
  const stack = await startProduct(bench, 1);
  const lanes = [await openProduct(bench, stack), await openRawBull(bench, stack)];
  for (const lane of lanes) await measureLane(bench, lane, bench.scale.events);
  const contenders = lanes.map(
    (lane): Contender => ({
      name: lane.name,
      measure: () => measureLane(bench, lane, bench.scale.events),
    }),
  );
  const section = await bench.rounds(
    {
      name: "queued",
      title: `Events accepted and completed, ${IN_FLIGHT} in flight`,
      quantities: ["rate", "acceptedRate", "cpuUs"],
      compared: "rate",
    },
    contenders,
  );
  return [section];
}

/** @throws Error when fewer were completed than were accepted */
export async function measureLane(bench: Bench, lane: Lane, events: number): Promise<Sample> {
  const completedBefore = await lane.completed();
  const cpuBefore = cpuUsOf(lane.pids);
  const { startedAt, ms } = await lane.fill(events);
  while ((await lane.open()) > 0) {
    bench.teardown.checkpoint();
    await pause(POLL_MS);
  }
  const tookMs = performance.timeOrigin + performance.now() - startedAt;
  const cpuAfter = cpuUsOf(lane.pids);
  // The record of what was completed is written a moment later.
  await eventually(
    async () => (await lane.completed()) - completedBefore,
    (completed) => completed >= events || bench.teardown.closed,
  );
  const cpu = cpuBefore === undefined || cpuAfter === undefined ? {} : { cpuUs: (cpuAfter - cpuBefore) / events };
  return { rate: (events / tookMs) * 1_000, acceptedRate: (events / ms) * 1_000, ...cpu };
}

async function openProduct(bench: Bench, stack: Stack): Promise<Lane> {
  await stack.deploy(NAME, `exports.handler = ${ECHO_HANDLER};`, { triggers: [{ webhook: {} }] });
  return await openLane(bench, stack, productTarget(stack, `/hooks/${NAME}`, 202), NAME);
}

/** A function's queue, filled over HTTP. */
export async function openLane(bench: Bench, stack: Stack, target: HttpTarget, name: string): Promise<Lane> {
  const { teardown } = bench;
  const fn = { tenant: DEFAULT_TENANT, name };
  const queue = createBullQueue({ redis: connectQueueRedis(stack.redis.url, { name: "bench" }) });
  await teardown.add(() => queue.stop());
  const redis = connectRedis(stack.redis.url, { name: "bench", onError: () => undefined });
  await teardown.add(() => redis.disconnect());
  const stores = createRedisStores({ redis });
  await teardown.add(() => stores.stop());
  const facts = new CompletedFacts({ facts: stores.facts, function: name });
  return {
    name: PRODUCT,
    pids: target.pids,
    fill: (events) => loadTarget(bench, target, IN_FLIGHT, { requests: events }),
    open: async () => {
      const { waiting, active, delayed, deadLettered } = await queue.depth(fn);
      if (delayed + deadLettered > 0) throw new Error(`${delayed + deadLettered} events failed:\n${logOf(stack)}`);
      return waiting + active;
    },
    completed: () => facts.count(),
  };
}

export async function openRawBull(bench: Bench, stack: Stack): Promise<Lane> {
  const bull = await RawBull.start(bench, stack.redis.url);
  const data: unknown = JSON.parse(ECHO_REQUEST);
  return {
    name: RAW_BULL,
    pids: [stack.redis.pid, ...bull.pids],
    fill: (events) => bull.add(events, IN_FLIGHT, data),
    open: () => bull.open(),
    completed: () => bull.completed(),
  };
}

function logOf(stack: Stack): string {
  return stack.workers.map(({ log }) => log.slice(-2_000)).join("\n");
}
