import { eventually } from "../support/eventually.ts";
import { Stack } from "../support/stack.ts";

interface Program {
  readonly name: string;
  readonly code: string;
  readonly ends: readonly string[];
}

const TIMED_OUT = "Sandbox.Timedout";
const MEMORY = ["Runtime.OutOfMemory", "Runtime.ExitError", "RangeError"];
const TIMEOUT_MS = 1_000;
const handler = (body: string): string => `exports.handler = async (event, context) => { ${body} };`;

const PROGRAMS: readonly Program[] = [
  { name: "loop", code: handler("for (;;);"), ends: [TIMED_OUT] },
  { name: "pending", code: handler("await new Promise(() => {});"), ends: [TIMED_OUT] },
  { name: "microtasks", code: handler("for (;;) await null;"), ends: [TIMED_OUT] },
  { name: "bigint", code: handler("let x = 3n ** (2n ** 24n); for (;;) x *= x;"), ends: [TIMED_OUT] },
  { name: "includes", code: handler("[].includes.call({ length: 2 ** 53 - 1 }, 1);"), ends: [TIMED_OUT] },
  { name: "top-level", code: "exports.handler = () => 1; throw new RangeError('top');", ends: ["RangeError"] },
  { name: "heap", code: handler("const a = []; for (;;) a.push({ x: Math.random() });"), ends: [...MEMORY, TIMED_OUT] },
  {
    name: "native",
    code: handler(
      "const a = []; for (;;) { const m = new WebAssembly.Memory({ initial: 512 }); new Uint8Array(m.buffer).fill(1); a.push(m); }",
    ),
    ends: [...MEMORY, TIMED_OUT],
  },
  { name: "split", code: handler("return 'a'.repeat(2 ** 28).split('').length;"), ends: [...MEMORY, TIMED_OUT] },
  { name: "circle", code: handler("const a = {}; a.a = a; return a;"), ends: ["Runtime.MarshalError"] },
  { name: "exit", code: handler("process.exit(1);"), ends: ["Runtime.ExitError"] },
  {
    name: "rejection",
    code: handler("Promise.reject(new Error('lost')); await new Promise(() => {});"),
    ends: ["Runtime.UnhandledPromiseRejection"],
  },
];
const EVENTS_EACH = 2;

let stack: Stack;

beforeAll(async () => {
  stack = await Stack.start({ metrics: true });
  await stack.deploy("neighbour", handler("return event.n === undefined ? 'called' : event.n + 1;"), {
    timeoutMs: 20_000,
    triggers: [{ http: {} }, { webhook: { name: "neighbour" } }],
  });
  for (const { name, code } of PROGRAMS) {
    await stack.deploy(name, code, {
      timeoutMs: TIMEOUT_MS,
      memoryMb: 32,
      retry: { delaysMs: [] },
      triggers: [{ http: {} }, { webhook: { name } }],
    });
  }
}, 120_000);

afterAll(() => stack.stop());

const post = (path: string): Promise<Response> => fetch(`${stack.endpoint}${path}`, { method: "POST", body: "{}" });

/** Calls the neighbour over HTTP and the queue until told to stop. @returns statuses and accepted invocations */
async function callNeighbour(state: { over: boolean }): Promise<{ statuses: Set<number>; ids: string[] }> {
  const statuses = new Set<number>();
  const ids: string[] = [];
  while (!state.over) {
    const called = await post("/fn/neighbour");
    statuses.add(called.status);
    await called.arrayBuffer();
    const hooked = await post("/hooks/neighbour");
    statuses.add(hooked.status);
    ids.push(((await hooked.json()) as { invocationId: string }).invocationId);
  }
  return { statuses, ids };
}

test("hostile functions, called and queued, end as they must; their neighbour and the platform do not notice", async () => {
  const client = await stack.client();
  const pids = stack.workers.map(({ pid }) => pid);
  const state = { over: false };
  const neighbour = callNeighbour(state);
  const accepted = new Map<string, string[]>();
  const called = new Map<string, number>();
  for (const { name } of PROGRAMS) {
    const ids: string[] = [];
    for (let n = 0; n < EVENTS_EACH; n++) {
      ids.push(((await (await post(`/hooks/${name}`)).json()) as { invocationId: string }).invocationId);
    }
    accepted.set(name, ids);
    const response = await post(`/fn/${name}`);
    await response.arrayBuffer();
    called.set(name, response.status);
  }
  const ended: [string, string, string | undefined][] = [];
  for (const { name } of PROGRAMS) {
    for (const id of accepted.get(name) ?? []) {
      const { state: end, error } = await eventually(
        () => client.getInvocation(name, id),
        (status) => status.state === "dead-lettered" || status.state === "completed",
        60_000,
      );
      ended.push([name, end, error?.errorType]);
    }
  }
  state.over = true;
  const { statuses, ids } = await neighbour;

  for (const { name, ends } of PROGRAMS) {
    const mine = ended.filter(([of]) => of === name);
    expect(mine).toHaveLength(EVENTS_EACH);
    for (const [, end, errorType] of mine) {
      expect([name, end]).toEqual([name, "dead-lettered"]);
      expect(ends).toContain(errorType);
    }
    // Lambda's answer of a function URL whose function failed.
    expect([name, called.get(name)]).toEqual([name, 502]);
    // Accepted = completed + dead-lettered + queued.
    const depth = await client.getQueue(name);
    expect([name, depth.deadLettered, depth.waiting + depth.delayed + depth.active]).toEqual([name, EVENTS_EACH, 0]);
  }
  expect(statuses).toEqual(new Set([200, 202]));
  for (const id of ids) {
    const status = await eventually(
      () => client.getInvocation("neighbour", id),
      ({ state: now }) => now === "completed" || now === "dead-lettered",
      60_000,
    );
    expect(status).toMatchObject({ state: "completed", attempts: 1 });
  }
  expect(stack.workers.map(({ pid }) => pid)).toEqual(pids);
  expect((await post("/fn/neighbour")).status).toBe(200);
}, 240_000);

test("the worker said what its cells are kept in", () => {
  expect(stack.workers[0]?.log).toMatch(/isolation.*process · /s);
});
