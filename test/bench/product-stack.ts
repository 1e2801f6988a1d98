import { eventually } from "../support/eventually.ts";
import { Stack } from "../support/stack.ts";
import type { Bench } from "./bench.ts";
import { checkAnswer, type HttpTarget } from "./http-target.ts";
import { PRODUCT } from "./section.ts";

/** The tests shorten these to see leases expire; here they are what a start without settings takes. */
const PRODUCTION = { SLUICE_JOB_LEASE_MS: "30000", SLUICE_STALLED_CHECK_MS: "5000" };

/** Redis, gateway and workers of the product, which the bench stops. */
export async function startProduct({ teardown, options, progress }: Bench, workers: number): Promise<Stack> {
  progress(`starting the product: Redis, gateway${workers > 0 ? ", worker" : ""}${options.metrics ? ", metrics" : ""}`);
  const stack = await Stack.start({ workers, metrics: options.metrics, env: PRODUCTION });
  await teardown.add(() => stack.stop());
  return stack;
}

/** An address of the product. */
export function productTarget(stack: Stack, path: string, status: number): HttpTarget {
  return { name: PRODUCT, origin: stack.endpoint, path, status, pids: productPids(stack) };
}

/** Of everything that serves a call; cells are children of workers. */
function productPids(stack: Stack): readonly number[] {
  const services = [...stack.gateways, ...stack.workers, ...(stack.metrics ? [stack.metrics] : [])];
  return [stack.redis.pid, ...services.map(({ pid }) => pid)];
}

/** A gateway learns of workers and functions a moment after they are there. */
export async function untilAnswers({ teardown }: Bench, target: HttpTarget, expected: unknown): Promise<void> {
  const ask = async (): Promise<string> => {
    teardown.checkpoint();
    try {
      await checkAnswer(target, expected);
      return "";
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };
  await eventually(ask, (fault) => fault === "");
}
