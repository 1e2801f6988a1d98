import ivm from "isolated-vm";

/**
 * isolated-vm with nothing around it. `measure` makes an isolate for each of so many programs, one after the other, and
 * answers the milliseconds from nothing to the first result of each; `hold` makes so many and keeps them; `call` answers
 * how long one isolate takes for so many calls of an asynchronous function of its host.
 */
type Order =
  | { readonly kind: "measure" | "hold"; readonly codes: readonly string[]; readonly event: string }
  | { readonly kind: "call"; readonly calls: number; readonly atOnce: number };

const held: ivm.Isolate[] = [];

process.on("message", (order: Order) => {
  void obey(order).then((answer) => process.send?.(answer));
});
process.on("disconnect", () => process.exit());
process.send?.("ready");

async function obey(order: Order): Promise<readonly number[]> {
  if (order.kind === "call") return [await callHost(order)];
  const { kind, codes, event } = order;
  const times: number[] = [];
  for (const code of codes) {
    const startedAt = performance.now();
    held.push(await firstResult(code, event));
    times.push(performance.now() - startedAt);
  }
  if (kind === "measure") for (const isolate of held.splice(0)) isolate.dispose();
  return times;
}

async function firstResult(code: string, event: string): Promise<ivm.Isolate> {
  const isolate = new ivm.Isolate({ memoryLimit: 128 });
  const context = await isolate.createContext();
  const script = await isolate.compileScript(
    `(()=>{const module={exports:{}};(function(exports,module){${code}\n})(module.exports,module);return async (event)=>JSON.stringify(await module.exports.handler(JSON.parse(event)))})()`,
  );
  const handler = (await script.run(context, { reference: true, timeout: 5_000 })) as ivm.Reference<
    (event: string) => Promise<string>
  >;
  const answer: unknown = await handler.apply(undefined, [event], { timeout: 1_000, result: { promise: true } });
  if (typeof answer !== "string") throw new Error("the handler gave no result");
  return isolate;
}

const VALUE = '{"value":"a small value"}';

async function callHost({ calls, atOnce }: { readonly calls: number; readonly atOnce: number }): Promise<number> {
  const isolate = new ivm.Isolate({ memoryLimit: 128 });
  const context = await isolate.createContext();
  await context.global.set("get", new ivm.Reference(async (_request: string) => VALUE));
  const script = await isolate.compileScript(
    `(async (calls, atOnce) => {
      let left = calls;
      const options = { result: { promise: true } };
      const lane = async () => {
        while (left-- > 0) JSON.parse(await get.apply(undefined, [JSON.stringify({ key: "key" })], options));
      };
      await Promise.all(Array.from({ length: atOnce }, lane));
    })`,
  );
  const run = (await script.run(context, { reference: true })) as ivm.Reference<
    (calls: number, atOnce: number) => Promise<void>
  >;
  await run.apply(undefined, [Math.ceil(calls / 10), atOnce], { result: { promise: true } });
  const startedAt = performance.now();
  await run.apply(undefined, [calls, atOnce], { result: { promise: true } });
  const tookMs = performance.now() - startedAt;
  isolate.dispose();
  return tookMs;
}
