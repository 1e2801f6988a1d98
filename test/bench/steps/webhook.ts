import { DEFAULT_TENANT } from "@sluice/core";
import { connectQueueRedis, createBullQueue } from "@sluice/queue";
import type { Bench } from "../bench.ts";
import { ECHO_HANDLER } from "../echo.ts";
import { loadTarget, measureTarget } from "../http-target.ts";
import { EXPRESS, startScriptServer } from "../peers/script-server.ts";
import { productTarget, startProduct } from "../product-stack.ts";
import { PRODUCT, type Section } from "../section.ts";

const IN_FLIGHT = 32;
const NAME = "accepted";

/** Events accepted, each answered once Redis has it, while nobody runs them; beside a server that keeps nothing. */
export async function measureWebhook(bench: Bench): Promise<readonly Section[]> {
  const stack = await startProduct(bench, 0);
  await stack.deploy(NAME, `exports.handler = ${ECHO_HANDLER};`, { triggers: [{ webhook: {} }] });
  const queue = createBullQueue({ redis: connectQueueRedis(stack.redis.url, { name: "bench" }) });
  await bench.teardown.add(() => queue.stop());
  const product = productTarget(stack, `/hooks/${NAME}`, 202);
  const peer = await startScriptServer(bench, EXPRESS, "express-server.ts");
  const forget = (): Promise<void> => queue.obliterate({ tenant: DEFAULT_TENANT, name: NAME });
  for (const target of [product, peer]) await loadTarget(bench, target, IN_FLIGHT, { ms: bench.scale.warmUpMs });
  await forget();

  const turn = { ms: bench.scale.manyMs };
  const section = await bench.rounds(
    {
      name: "webhook",
      title: `Webhook events accepted, ${IN_FLIGHT} in flight`,
      quantities: ["rate", "p50Ms", "p99Ms", "cpuUs"],
      compared: "rate",
    },
    [
      {
        name: PRODUCT,
        measure: async () => {
          const sample = await measureTarget(bench, product, IN_FLIGHT, turn);
          // Without it each round would begin behind a longer queue.
          await forget();
          return sample;
        },
      },
      { name: EXPRESS, measure: () => measureTarget(bench, peer, IN_FLIGHT, turn) },
    ],
  );
  return [section];
}
