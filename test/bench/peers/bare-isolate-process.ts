import ivm from "isolated-vm";

/**
 * isolated-vm with nothing around it. `measure` makes an isolate for each of so many programs, one after the other, and
 * answers the milliseconds from nothing to the first result of each; `hold` makes so many and keeps them.
 */
interface Order {
  readonly kind: "measure" | "hold";
  readonly codes: readonly string[];
  readonly event: string;
}

const held: ivm.Isolate[] = [];

process.on("message", (order: Order) => {
  void obey(order).then((answer) => process.send?.(answer));
});
process.on("disconnect", () => process.exit());
process.send?.("ready");

async function obey({ kind, codes, event }: Order): Promise<readonly number[]> {
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
    `(()=>{const exports={};${code}\nreturn async (event)=>JSON.stringify(await exports.handler(JSON.parse(event)))})()`,
  );
  const handler = (await script.run(context, { reference: true, timeout: 5_000 })) as ivm.Reference<
    (event: string) => Promise<string>
  >;
  const answer: unknown = await handler.apply(undefined, [event], { timeout: 1_000, result: { promise: true } });
  if (typeof answer !== "string") throw new Error("the handler gave no result");
  return isolate;
}
