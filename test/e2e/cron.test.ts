import { eventually } from "../support/eventually.ts";
import { Stack } from "../support/stack.ts";

const CODE = `
const { kv } = require("sluice");
exports.handler = async (event, context) => {
  await kv.put("tick/" + event.time + "/" + context.awsRequestId, "1");
};`;
const READER = `
const { kv } = require("sluice");
exports.handler = async () => (await kv.list({ prefix: "tick/" })).keys;`;

test("four gateways, two of them restarted, fire every slot exactly once", async () => {
  const stack = await Stack.start({ gateways: 4 });
  try {
    await stack.deploy("reader", READER, { triggers: [{ http: {} }] });
    await stack.deploy("ticking", CODE, { triggers: [{ cron: { schedule: "* * * * * *" } }] });
    const ticks = async (): Promise<string[]> =>
      (await (await fetch(`${stack.endpoint}/fn/reader`)).json()) as string[];
    await eventually(ticks, (keys) => keys.length >= 2);
    await Promise.all(
      stack.gateways.slice(2).map(async (gateway) => {
        await gateway.kill();
        await gateway.start();
      }),
    );
    const keys = await eventually(ticks, (found) => found.length >= 6);
    const slots = keys.map((key) => key.split("/")[1] ?? "");
    expect(new Set(slots).size).toBe(slots.length);
    const seconds = slots.map((slot) => Date.parse(slot) / 1000).toSorted((a, b) => a - b);
    expect(seconds.map((second, index) => second - (seconds[0] ?? 0) - index)).toEqual(seconds.map(() => 0));
  } finally {
    await stack.stop();
  }
}, 180_000);
