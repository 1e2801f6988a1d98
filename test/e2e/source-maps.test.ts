import { deployFiles } from "../support/deploy-folder.ts";
import { eventually } from "../support/eventually.ts";
import { Stack } from "../support/stack.ts";

const ORDER = `// Types and comments are gone from what runs.
interface Order {
  readonly total: number;
}

export class Checkout {
  charge(order: Order): void {
    if (order.total > 0) throw new RangeError("card declined");
  }
}
`;
const MAIN = `import { Checkout } from "./order.ts";

type Event = { readonly mode?: string };

function explain(error: unknown): void {
  console.error("could not charge", error);
}

export async function handler(event: Event): Promise<string> {
  if (event.mode === "reject") {
    void Promise.reject(new Error("nobody waits for me"));
    await new Promise((resolve) => setTimeout(resolve, 5_000));
  }
  try {
    new Checkout().charge({ total: 1 });
  } catch (error) {
    explain(error);
    throw error;
  }
  return "charged";
}
`;
const BROKEN = `const settings: Record<string, string> = {};

function required(name: string): string {
  const value = settings[name];
  if (value === undefined) throw new Error(name + " is not set");
  return value;
}

export const token = required("TOKEN");
export const handler = (): string => token;
`;
const MANIFEST = `functions:
  checkout:
    entry: src/main.ts
    retry: { delaysMs: [] }
    triggers: [{ http: {} }, { webhook: {} }]
  broken:
    entry: src/broken.ts
    triggers: [{ http: {} }]
`;
const THROWN_AT = /^ {4}at Checkout\.charge \(src\/order\.ts:8:32\)$/;

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
  await deployFiles(stack, {
    "sluice.yaml": MANIFEST,
    "src/main.ts": MAIN,
    "src/order.ts": ORDER,
    "src/broken.ts": BROKEN,
  });
});
afterAll(() => stack.stop());

const logOf = async (name: string): Promise<string> => {
  const { entries } = await (await stack.client()).readLogs(name, { limit: 100 });
  return entries.flatMap(({ lines }) => lines).join("\n");
};

test("an error's trace, and the error that the function logged, name the author's sources", async () => {
  const client = await stack.client();
  const { error, logs } = await client.invoke({ name: "checkout", logs: true });
  expect(error?.errorType).toBe("RangeError");
  expect(error?.trace[1]).toMatch(THROWN_AT);
  expect(error?.trace[2]).toMatch(/^ {4}at (async )?handler \(src\/main\.ts:15:20\)$/);
  expect(error?.trace.join()).not.toContain("index.js");
  const printed = logs.find((line) => line.includes("could not charge"));
  expect(printed).toContain("at Checkout.charge (src/order.ts:8:32)");
  expect(logs.find((line) => line.includes("Invoke Error"))).toContain("src/order.ts:8:32");
});

test("a queued event that fails leaves the same places in the log", async () => {
  await fetch(`${stack.endpoint}/hooks/checkout`, { method: "POST", body: "{}" });
  await eventually(
    () => logOf("checkout"),
    (log) => (log.match(/Invoke Error.*src\/order\.ts:8:32/g) ?? []).length >= 2,
  );
  expect(await logOf("checkout")).not.toContain("index.js:");
});

test("a rejection that nobody handled is told where it was made", async () => {
  const { error } = await (await stack.client()).invoke({ name: "checkout", event: '{"mode":"reject"}' });
  expect(error).toMatchObject({
    errorType: "Runtime.UnhandledPromiseRejection",
    errorMessage: expect.stringContaining("nobody waits for me"),
  });
  expect(error?.trace.join("\n")).toContain("(src/main.ts:11:25)");
});

test("an error of the top level is told where it was thrown", async () => {
  const { error } = await (await stack.client()).invoke({ name: "broken" });
  expect(error?.errorMessage).toBe("TOKEN is not set");
  expect(error?.trace[1]).toBe("    at required (src/broken.ts:5:34)");
  expect(error?.trace[2]).toMatch(/src\/broken\.ts:9:22/);
});

test("a map that is none costs the names and nothing else", async () => {
  const client = await stack.client();
  for (const [index, map] of ["not JSON", '{"version":3,"sources":[{}],"mappings":"////"}', "[]", "null"].entries()) {
    const name = `hostile-${index}`;
    const code = "exports.handler = async () => {\n  throw new Error('no');\n};";
    await client.deploy({ name, options: {}, code: { code: Buffer.from(code) }, sourceMap: { map: Buffer.from(map) } });
    const { error } = await client.invoke({ name });
    expect(error?.trace[1]).toBe("    at exports.handler (/var/task/index.js:2:9)");
  }
  const { error } = await client.invoke({ name: "checkout" });
  expect(error?.trace[1]).toMatch(THROWN_AT);
});
