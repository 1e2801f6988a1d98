import { LIMITS } from "@sluice/core";
import { bundlePrelude } from "./index.ts";
import { GuestHarness } from "./testing/harness.ts";

let prelude: string;
let guest: GuestHarness;

beforeAll(async () => {
  prelude = await bundlePrelude();
});

beforeEach(() => {
  guest = new GuestHarness(prelude);
});

describe("loading", () => {
  test.each([
    ["a named export", "exports.handler = async () => 1;", {}],
    ["a named export of another name", "exports.other = async () => 1;", { handler: "other" }],
    ["a member of the default export", "exports.default = { handler: async () => 1 };", {}],
    ["the default export itself", "exports.default = async () => 1;", {}],
    ["module.exports that was replaced", "module.exports = { handler: async () => 1 };", {}],
  ])("finds %s", async (_, code, settings) => {
    expect(await guest.load(code, settings)).toBeUndefined();
    expect(await guest.invoke()).toEqual({ payload: "1", error: undefined });
  });

  test("says which exports there are when the handler is missing, and fails invocations with it", async () => {
    const error = await guest.load("exports.main = () => 1; exports.version = 2;");
    expect(error).toMatchObject({ errorType: "Runtime.HandlerNotFound", trace: [] });
    expect(error?.errorMessage).toContain("It exports: main, version.");
    expect((await guest.invoke()).error?.errorType).toBe("Runtime.HandlerNotFound");
  });

  test("names the class of an error that the module throws", async () => {
    const error = await guest.load("class ConfigError extends Error {} throw new ConfigError('no table');");
    expect(error).toMatchObject({ errorType: "ConfigError", errorMessage: "no table" });
    expect(error?.trace[0]).toBe("Error: no table");
  });

  test("an unknown module is named, with what to do", async () => {
    const error = await guest.load("require('node:quic');");
    expect(error?.errorType).toBe("Runtime.ImportModuleError");
    expect(error?.errorMessage).toContain("Cannot find module 'node:quic'");
    expect(error?.errorMessage).toContain("bundled");
  });

  test("a module that fails to be required can be done without", async () => {
    expect(
      await guest.run("try { require('canvas'); } catch (error) { return [error.code, error instanceof Error]; }"),
    ).toEqual(["MODULE_NOT_FOUND", true]);
  });

  test("process.exit() during loading fails the load, even when the module goes on", async () => {
    const error = await guest.load("try { process.exit(1); } catch {} exports.handler = () => 1;");
    expect(error?.errorType).toBe("Runtime.ExitError");
    expect(error?.errorMessage).toBe("Runtime exited with error: exit status 1");
  });

  test("the module sees the function's environment and its place", async () => {
    await guest.load(
      "exports.handler = async () => [process.env.TABLE, process.env.AWS_REGION, __filename, __dirname];",
      {
        environment: { TABLE: "orders" },
      },
    );
    const { payload } = await guest.invoke();
    expect(JSON.parse(payload ?? "")).toEqual(["orders", "us-east-1", "/var/task/index.js", "/var/task"]);
  });
});

test("the environment has what Lambda reserves; of an upload, what it said of itself", async () => {
  const names = ["AWS_EXECUTION_ENV", "_HANDLER", "LAMBDA_RUNTIME_DIR", "AWS_DEFAULT_REGION", "TZ"];
  const code = `exports.handler = async () => ${JSON.stringify(names)}.map((name) => process.env[name]);`;
  await guest.load(code);
  const own = ["AWS_Lambda_nodejs24.x", "index.handler", "/var/runtime", "us-east-1", ":UTC"];
  expect(JSON.parse((await guest.invoke()).payload ?? "")).toEqual(own);
  await guest.load(code, { upload: { runtime: "nodejs22.x", handler: "src/index.api" } });
  const uploaded = JSON.parse((await guest.invoke()).payload ?? "") as string[];
  expect(uploaded.slice(0, 2)).toEqual(["AWS_Lambda_nodejs22.x", "src/index.api"]);
});

describe("handlers", () => {
  test.each([
    ["async", "async (event) => ({ got: event.n })", '{"got":7}'],
    ["synchronous", "(event) => event.n + 1", "8"],
    ["synchronous without a result", "() => {}", "null"],
    ["synchronous with a context and without a result", "(event, context) => {}", "null"],
    ["async without a result", "async () => {}", "null"],
    ["async with a function as its result", "async () => () => 1", "null"],
    ["thenable", "() => ({ then(resolve) { resolve(5); } })", "5"],
    ["callback", "(event, context, callback) => { callback(null, event.n); }", "7"],
    ["late callback", "(event, context, callback) => { setTimeout(() => callback(null, 'late'), 5); }", '"late"'],
    ["callback form that returns a timer", "(event, context, callback) => setTimeout(() => callback(null, 1), 5)", "1"],
    ["callback form that is async", "async (event, context, callback) => 3", "3"],
    ["callback form that never calls", "(event, context, callback) => { setTimeout(() => {}, 5); }", "null"],
    ["context.succeed", "(event, context) => { setTimeout(() => context.succeed(9), 1); }", "9"],
    ["context.done", "(event, context) => { Promise.resolve().then(() => context.done(null, 9)); }", "9"],
  ])("%s", async (_, handler, payload) => {
    await guest.load(`exports.handler = ${handler};`);
    expect(await guest.invoke({ n: 7 })).toEqual({ payload, error: undefined });
  });

  test.each([
    ["async that throws", "async () => { throw new RangeError('far'); }", "RangeError", "far"],
    ["synchronous that throws", "() => { throw new TypeError('bad'); }", "TypeError", "bad"],
    ["callback with an error", "(e, c, callback) => callback(new SyntaxError('x'))", "SyntaxError", "x"],
    ["callback with text", "(e, c, callback) => callback('plain')", "string", "plain"],
    ["context.fail", "(e, context) => context.fail(new Error('no'))", "Error", "no"],
  ])("%s fails", async (_, handler, errorType, errorMessage) => {
    await guest.load(`exports.handler = ${handler};`);
    expect((await guest.invoke()).error).toMatchObject({ errorType, errorMessage });
  });

  test("only the first answer counts", async () => {
    await guest.load("exports.handler = (e, c, callback) => { callback(null, 1); callback(null, 2); c.fail('x'); };");
    expect((await guest.invoke()).payload).toBe("1");
    await guest.settle();
    expect(guest.sent.filter(({ name }) => name.startsWith("invocation."))).toHaveLength(1);
  });

  test("the context is Lambda's", async () => {
    await guest.load(`exports.handler = async (event, context) => {
      const left = context.getRemainingTimeInMillis();
      context.callbackWaitsForEmptyEventLoop = false;
      return { ...context, left: left > 0 && left <= 60000, identity: String(context.identity) };
    };`);
    const { payload } = await guest.invoke({}, { deadlineMs: Date.now() + 60_000 });
    expect(JSON.parse(payload ?? "")).toEqual({
      awsRequestId: "request-1",
      functionName: "greet",
      functionVersion: "3",
      invokedFunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:greet",
      memoryLimitInMB: "128",
      logGroupName: "/aws/lambda/greet",
      logStreamName: "2026/01/02/[3]abc",
      callbackWaitsForEmptyEventLoop: false,
      identity: "undefined",
      left: true,
    });
  });

  test("no time is left after the deadline", async () => {
    await guest.load("exports.handler = async (event, context) => context.getRemainingTimeInMillis();");
    expect((await guest.invoke({}, { deadlineMs: Date.now() - 5_000 })).payload).toBe("0");
  });

  test.each([
    ["a circle", "const a = {}; a.a = a; return a;", "circular"],
    ["a BigInt", "return { n: 1n };", "BigInt"],
    ["a toJSON that throws", "return { toJSON() { throw new Error('mine'); } };", "mine"],
  ])("%s cannot be written as JSON", async (_, body, part) => {
    await guest.load(`exports.handler = async () => {${body}};`);
    const { error } = await guest.invoke();
    expect(error?.errorType).toBe("Runtime.MarshalError");
    expect(error?.errorMessage).toContain(part);
  });

  test("a result over the payload limit is measured in bytes and never sent", async () => {
    await guest.load("exports.handler = async ({ text, times }) => text.repeat(times);");
    const fits = LIMITS.payloadBytesMax - 2;
    expect((await guest.invoke({ text: "x", times: fits })).payload).toHaveLength(LIMITS.payloadBytesMax);
    expect((await guest.invoke({ text: "x", times: fits + 1 })).error?.errorType).toBe("Function.ResponseSizeTooLarge");
    expect((await guest.invoke({ text: "é", times: fits / 2 })).payload).toBeDefined();
    const { error } = await guest.invoke({ text: "é", times: fits / 2 + 1 });
    expect(error?.errorMessage).toContain(`(${LIMITS.payloadBytesMax + 2} bytes)`);
    expect(guest.sent.every(({ text }) => text.length <= LIMITS.payloadBytesMax)).toBe(true);
  });

  test("keys such as __proto__ in an event are plain data", async () => {
    await guest.load("exports.handler = async (event) => [Object.keys(event), ({}).polluted === undefined];");
    guest.claims[1] = 1;
    guest.dispatch(2, 1, '{"__proto__":{"polluted":1},"a":2}', '{"awsRequestId":"r","deadlineMs":1}');
    await guest.settle();
    expect(guest.sent.at(-1)?.text).toBe('[["__proto__","a"],true]');
  });

  test("process.exit() fails the invocation, and what the handler does afterwards is ignored", async () => {
    await guest.load(`exports.handler = async (code) => {
      try { process.exit(code); } catch {}
      return 'still here';
    };`);
    expect((await guest.invoke(0)).error).toMatchObject({
      errorType: "Runtime.ExitError",
      errorMessage: "RequestId: request-1 Error: Runtime exited without providing a reason",
    });
    expect((await guest.invoke(3)).error?.errorMessage).toContain("exit status 3");
  });

  test("an error that a timer throws fails the running invocation and is logged", async () => {
    await guest.load(
      "exports.handler = () => new Promise(() => { setTimeout(() => { throw new RangeError('late'); }, 1); });",
    );
    expect((await guest.invoke()).error).toMatchObject({ errorType: "RangeError", errorMessage: "late" });
    expect(guest.logs[0]).toContain('ERROR Uncaught Exception\t{"errorType":"RangeError","errorMessage":"late"');
  });
});

describe("the mailbox", () => {
  test("invocations run one at a time, in the order in which they came", async () => {
    await guest.load(`
      let running = 0;
      exports.handler = async ({ n, wait }) => {
        const together = ++running;
        await new Promise((resolve) => setTimeout(resolve, wait));
        running--;
        return [n, together];
      };`);
    const waits = [30, 1, 20, 0, 5];
    const outcomes = await Promise.all(waits.map((wait, n) => guest.invoke({ n, wait })));
    expect(outcomes.map(({ payload }) => JSON.parse(payload ?? ""))).toEqual(waits.map((_, n) => [n, 1]));
    const order = guest.sent.filter(({ name }) => name === "invocation.succeed").map(({ id }) => id);
    expect(order).toEqual([1, 2, 3, 4, 5]);
  });

  test("the next invocation starts without another turn of the host", async () => {
    await guest.load("exports.handler = async (n) => n;");
    const outcomes = [guest.invoke(1), guest.invoke(2), guest.invoke(3)];
    // Microtasks only: no timer, no reply and no dispatch comes in between.
    for (let turn = 0; turn < 50; turn++) await (undefined as unknown);
    expect(guest.sent.filter(({ name }) => name === "invocation.succeed")).toHaveLength(3);
    expect((await Promise.all(outcomes)).map(({ payload }) => payload)).toEqual(["1", "2", "3"]);
  });

  test("the guest marks what it started and skips what the host took back", async () => {
    await guest.load("exports.handler = async (n) => { console.log('ran', n); return n; };");
    const first = guest.invoke(1);
    void guest.invoke(2, { claimed: true });
    const third = guest.invoke(3);
    expect((await first).payload).toBe("1");
    expect((await third).payload).toBe("3");
    expect(guest.logs).toEqual(["INFO ran 1", "INFO ran 3"]);
    expect(Array.from(guest.claims.slice(1, 4))).toEqual([-1, 0, -3]);
  });

  test("an entry that is taken back while it waits is not run", async () => {
    await guest.load("exports.handler = async (n) => new Promise((resolve) => setTimeout(() => resolve(n), 1));");
    guest.autoFire = false;
    const first = guest.invoke("first");
    void guest.invoke("second");
    expect(Atomics.compareExchange(guest.claims, 2, 2, 0)).toBe(2);
    await guest.settle();
    guest.fireTimer();
    expect((await first).payload).toBe('"first"');
    await guest.settle();
    expect(guest.pendingTimers).toBe(0);
  });

  test("claims are kept by the lowest eight bits of the sequence number", async () => {
    await guest.load("exports.handler = async () => 1;");
    guest.claims[300 & 255] = 300;
    guest.dispatch(2, 300, "{}", '{"awsRequestId":"r","deadlineMs":1}');
    await guest.settle();
    expect(guest.sent.at(-1)).toMatchObject({ name: "invocation.succeed", id: 300 });
    expect(guest.claims[300 & 255]).toBe(-300);
  });
});
