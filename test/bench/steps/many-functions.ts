import {
  GetFunctionCommand,
  InvokeCommand,
  type LambdaClient,
  ListFunctionsCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import type { Stack } from "../../support/stack.ts";
import type { Bench } from "../bench.ts";
import { createLambdaClient } from "../lambda-client.ts";
import { residentMbOf } from "../process-usage.ts";
import { startProduct } from "../product-stack.ts";
import { PRODUCT, type Sample, type Section } from "../section.ts";
import { percentile } from "../spread.ts";

const FEW = 10;
const CALLS = 40;
const DEPLOYS_AT_ONCE = 16;

/** The same calls with ten functions deployed and with thousands: none may get slower, and the gateway must not grow. */
export async function measureManyFunctions(bench: Bench): Promise<readonly Section[]> {
  const { functions } = bench.scale;
  const stack = await startProduct(bench, 1);
  const client = await createLambdaClient(stack);
  await bench.teardown.add(() => client.destroy());
  await deployRange(bench, stack, 0, FEW);
  const few = await measure(bench, stack, client, FEW);
  await deployRange(bench, stack, FEW, functions);
  const many = await measure(bench, stack, client, functions);
  return [
    {
      name: "many-functions",
      title: "The Lambda API with many functions deployed",
      quantities: ["listMs", "getMs", "deployMs", "invokeMs", "totalMb"],
      compared: "getMs",
      rows: [
        { contender: PRODUCT, samples: [many] },
        { contender: `with ${FEW}`, samples: [few] },
      ],
    },
  ];
}

async function deployRange({ teardown, progress }: Bench, stack: Stack, from: number, to: number): Promise<void> {
  for (let start = from; start < to; start += DEPLOYS_AT_ONCE) {
    teardown.checkpoint();
    const names = Array.from({ length: Math.min(DEPLOYS_AT_ONCE, to - start) }, (_, index) => nameOf(start + index));
    await Promise.all(names.map((name) => stack.deploy(name, `exports.handler = async () => "${name}";`)));
    if (start % 2_000 < DEPLOYS_AT_ONCE) progress(`${start + names.length} of ${to} functions deployed`);
  }
}

async function measure(
  { teardown, progress }: Bench,
  stack: Stack,
  client: LambdaClient,
  count: number,
): Promise<Sample> {
  const pick = (call: number): string => nameOf((call * 7_919) % count);
  const time = async (send: (call: number) => Promise<unknown>): Promise<number> => {
    const times: number[] = [];
    for (let call = 0; call < CALLS; call++) {
      teardown.checkpoint();
      const startedAt = performance.now();
      await send(call);
      times.push(performance.now() - startedAt);
    }
    return percentile(times, 0.5);
  };
  progress(`list, get, deploy and invoke with ${count} functions`);
  const [gateway] = stack.gateways;
  return {
    listMs: await time(() => client.send(new ListFunctionsCommand({}))),
    getMs: await time((call) => client.send(new GetFunctionCommand({ FunctionName: pick(call) }))),
    deployMs: await time((call) =>
      client.send(new UpdateFunctionConfigurationCommand({ FunctionName: pick(call), Timeout: 5 + call })),
    ),
    invokeMs: await time((call) => client.send(new InvokeCommand({ FunctionName: pick(call % 5) }))),
    ...withMemory(residentMbOf(gateway?.pid ?? 0)),
  };
}

function withMemory(totalMb: number | undefined): Pick<Sample, "totalMb"> {
  return totalMb === undefined ? {} : { totalMb };
}

function nameOf(index: number): string {
  return `fn-${String(index).padStart(5, "0")}`;
}
