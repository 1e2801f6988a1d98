import { eventually } from "../../support/eventually.ts";
import type { Stack } from "../../support/stack.ts";
import type { Bench } from "../bench.ts";
import { type HttpTarget, loadTarget, measureTarget } from "../http-target.ts";
import { invokeTarget } from "../lambda-client.ts";
import { startServerlessOffline } from "../peers/serverless-offline.ts";
import { productTarget, startProduct } from "../product-stack.ts";
import type { Quantity, Section } from "../section.ts";
import { measureLane, openLane, openRawBull } from "./queued.ts";

export const FUNCTION_URL = "function URL";

const MANY = 32;
const QUANTITIES: readonly Quantity[] = ["rate", "p50Ms", "p99Ms", "cpuUs"];
const NAME = "noop";
const HANDLER = "async () => ({ ok: true })";
const EVENT = '{"hello":"world"}';

/** Calls through the AWS Lambda API, their signature checked, of a function that does nothing. */
export async function measureLambdaApi(bench: Bench): Promise<readonly Section[]> {
  const stack = await startProduct(bench, 1);
  await stack.deploy(NAME, `exports.handler = ${HANDLER};`, { triggers: [{ http: {} }] });
  const offline = await startServerlessOffline(bench, HANDLER, EVENT);
  const targets: readonly HttpTarget[] = [
    await invokeTarget(stack, { FunctionName: NAME, Payload: EVENT }, 200),
    { ...productTarget(stack, `/fn/${NAME}`, 200), name: FUNCTION_URL, body: EVENT },
    ...(offline === undefined ? [] : [offline]),
  ];
  for (const target of targets) await warmUp(bench, target);
  const contenders = (inFlight: number, ms: number) =>
    targets.map((target) => ({ name: target.name, measure: () => measureTarget(bench, target, inFlight, { ms }) }));
  const single = { name: "invoke-1", title: "Invoke, signed, warm, 1 in flight", quantities: QUANTITIES };
  const many = { name: "invoke-32", title: `Invoke, signed, warm, ${MANY} in flight`, quantities: QUANTITIES };
  return [
    await bench.rounds({ ...single, compared: "p50Ms" }, contenders(1, bench.scale.singleMs)),
    await bench.rounds({ ...many, compared: "rate" }, contenders(MANY, bench.scale.manyMs)),
    await measureEvents(bench, stack),
  ];
}

/** A gateway learns of workers and functions a moment after they are there. */
async function warmUp(bench: Bench, target: HttpTarget): Promise<void> {
  await eventually(
    async () => (await loadTarget(bench, target, 1, { requests: 1 }).catch(() => ({ failures: 1 }))).failures,
    (failures) => failures === 0 || bench.teardown.closed,
  );
  await loadTarget(bench, target, MANY, { ms: bench.scale.warmUpMs });
}

async function measureEvents(bench: Bench, stack: Stack): Promise<Section> {
  const input = { FunctionName: NAME, InvocationType: "Event", Payload: EVENT } as const;
  const lanes = [
    await openLane(bench, stack, await invokeTarget(stack, input, 202), NAME),
    await openRawBull(bench, stack),
  ];
  const { events } = bench.scale;
  for (const lane of lanes) await measureLane(bench, lane, events);
  return await bench.rounds(
    {
      name: "invoke-event",
      title: `Asynchronous Invoke, accepted and completed, ${MANY} in flight`,
      quantities: ["rate", "acceptedRate", "cpuUs"],
      compared: "rate",
    },
    lanes.map((lane) => ({ name: lane.name, measure: () => measureLane(bench, lane, events) })),
  );
}
