import { DISPATCH } from "@sluice/core";
import { bundlePrelude } from "./bundle-prelude.ts";
import { GuestHarness, type InvokeOptions } from "./testing/harness.ts";

let prelude = "";
beforeAll(async () => {
  prelude = await bundlePrelude();
});

const HTTP_EVENT = { rawPath: "/", requestContext: { domainName: "example.org", http: { method: "GET" } } };
const WAITS = `
  const waits = (signal) => new Promise((resolve) => {
    const tell = () => resolve([signal.aborted, signal.reason.name, signal.reason.message]);
    if (signal.aborted) tell();
    else signal.addEventListener("abort", tell);
  });`;
const ABORTED = [true, "AbortError", "The caller went away"];

async function context(more: InvokeOptions["more"] = {}): Promise<unknown> {
  const guest = new GuestHarness(prelude);
  await guest.load(
    "exports.handler = async (e, { invokedFunctionArn: arn, clientContext, identity }) => ({ arn, clientContext, identity });",
  );
  const { payload = "" } = await guest.invoke({}, { more });
  return JSON.parse(payload);
}

describe("what a caller says", () => {
  test("the address of the function ends with the qualifier that the caller named", async () => {
    const arn = "arn:aws:lambda:us-east-1:000000000000:function:greet";
    expect(await context()).toEqual({ arn });
    expect(await context({ qualifier: "live" })).toEqual({ arn: `${arn}:live` });
  });

  test("the client context is there as an object", async () => {
    expect(await context({ clientContext: '{"client":{"x":1}}' })).toMatchObject({
      clientContext: { client: { x: 1 } },
    });
  });

  test("the kind of initialisation is told to the module", async () => {
    for (const [provisioned, kind] of [
      [undefined, "on-demand"],
      [true, "provisioned-concurrency"],
    ] as const) {
      const guest = new GuestHarness(prelude);
      const settings = provisioned ? { provisioned } : {};
      await guest.load("exports.handler = async () => process.env.AWS_LAMBDA_INITIALIZATION_TYPE;", settings);
      expect((await guest.invoke()).payload).toBe(JSON.stringify(kind));
    }
  });
});

describe("a caller who goes away", () => {
  test("aborts the signal of the context, and of nothing else; the handler goes on", async () => {
    const guest = new GuestHarness(prelude);
    await guest.load(`${WAITS} exports.handler = async (e, context) => waits(context.signal);`);
    const outcomes = [guest.invoke(), guest.invoke()];
    guest.dispatch(DISPATCH.abandon, 7);
    await guest.settle();
    expect(guest.sent.filter(({ name }) => name === "invocation.succeed")).toEqual([]);
    guest.dispatch(DISPATCH.abandon, 1);
    expect(JSON.parse((await outcomes[0])?.payload ?? "")).toEqual(ABORTED);
    await guest.settle();
    expect(guest.sent.filter(({ name }) => name === "invocation.succeed")).toHaveLength(1);
    guest.dispatch(DISPATCH.abandon, 2);
    expect(JSON.parse((await outcomes[1])?.payload ?? "")).toEqual(ABORTED);
  });

  test("while the invocation waits for its turn, or before it came: it begins with an aborted signal", async () => {
    const guest = new GuestHarness(prelude);
    guest.autoFire = false;
    await guest.load(
      "exports.handler = async (wait, { signal }) => { if (wait) await new Promise((r) => setTimeout(r, 1)); return signal.aborted; };",
    );
    const outcomes = [guest.invoke(true), guest.invoke(false), guest.invoke(false, { more: { abandoned: true } })];
    guest.dispatch(DISPATCH.abandon, 2);
    await guest.settle();
    guest.fireTimer();
    expect((await Promise.all(outcomes)).map(({ payload }) => payload)).toEqual(["false", "true", "true"]);
  });

  test("aborts the signal of a web-standard handler's request, and of requests made of it", async () => {
    for (const request of ["request", "new Request(request)", "request.clone()"]) {
      const guest = new GuestHarness(prelude);
      const code = `${WAITS} exports.default = { fetch: async (request) => Response.json(await waits((${request}).signal)) };`;
      await guest.load(code);
      const outcome = guest.invoke(HTTP_EVENT);
      await guest.settle();
      guest.dispatch(DISPATCH.abandon, 1);
      expect((JSON.parse((await outcome).payload ?? "") as { body: string }).body).toBe(JSON.stringify(ABORTED));
    }
  });

  test("the signal is no part of copies and of JSON: those are Lambda's own", async () => {
    const guest = new GuestHarness(prelude);
    await guest.load(
      "exports.handler = async (e, context) => [Object.keys(context).includes('signal'), 'signal' in { ...context }, Object.create(context).signal === undefined];",
    );
    expect((await guest.invoke()).payload).toBe("[false,false,true]");
  });
});
