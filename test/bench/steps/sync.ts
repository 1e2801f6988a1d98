import type { Bench } from "../bench.ts";
import { ECHO_HANDLER, ECHO_RESPONSE } from "../echo.ts";
import { checkAnswer, type HttpTarget, loadTarget, measureTarget } from "../http-target.ts";
import { EXPRESS, startScriptServer } from "../peers/script-server.ts";
import { startWorkerd } from "../peers/workerd.ts";
import { productTarget, startProduct, untilAnswers } from "../product-stack.ts";
import type { Quantity, Section } from "../section.ts";

const MANY = 32;
const QUANTITIES: readonly Quantity[] = ["rate", "p50Ms", "p99Ms", "cpuUs"];

/** Calls of a warm function through its URL, beside servers that do the same work. */
export async function measureSync(bench: Bench): Promise<readonly Section[]> {
  const targets = await startTargets(bench);
  for (const target of targets) await loadTarget(bench, target, MANY, { ms: bench.scale.warmUpMs });
  const contenders = (inFlight: number, ms: number) =>
    targets.map((target) => ({
      name: target.name,
      measure: () => measureTarget(bench, target, inFlight, { ms }),
    }));
  const single = { name: "sync-1", title: "Synchronous call, warm, 1 in flight", quantities: QUANTITIES };
  const many = { name: "sync-32", title: `Synchronous calls, warm, ${MANY} in flight`, quantities: QUANTITIES };
  return [
    await bench.rounds({ ...single, compared: "p50Ms" }, contenders(1, bench.scale.singleMs)),
    await bench.rounds({ ...many, compared: "rate" }, contenders(MANY, bench.scale.manyMs)),
  ];
}

async function startTargets(bench: Bench): Promise<readonly HttpTarget[]> {
  const stack = await startProduct(bench, 1);
  await stack.deploy("echo", `exports.handler = ${ECHO_HANDLER};`, { triggers: [{ http: {} }] });
  const product = productTarget(stack, "/fn/echo", 200);
  await untilAnswers(bench, product, ECHO_RESPONSE);
  const workerd = await startWorkerd(bench);
  const peers = [
    ...(workerd === undefined ? [] : [workerd]),
    await startScriptServer(bench, EXPRESS, "express-server.ts"),
    await startScriptServer(bench, "node:http", "node-server.ts"),
  ];
  for (const peer of peers) await checkAnswer(peer, ECHO_RESPONSE);
  return [product, ...peers];
}
