import { anything, assert, asyncProperty, constantFrom, jsonValue } from "fast-check";
import { bundlePrelude } from "./index.ts";
import { GuestHarness } from "./testing/harness.ts";

let prelude: string;

beforeAll(async () => {
  prelude = await bundlePrelude();
});

const ATOMS = [
  "1n",
  "Symbol('s')",
  "undefined",
  "() => 1",
  "NaN",
  "-0",
  "new Date(NaN)",
  "new Proxy({}, { get() { throw 1; } })",
  "new Proxy({}, { ownKeys() { return ['a', 'a']; } })",
  "new Proxy([], { get(t, k) { return k === 'length' ? 1e9 : t[k]; } })",
  "{ get a() { throw new Error('getter'); } }",
  "{ toJSON() { throw null; } }",
  "{ toJSON() { return this; } }",
  "{ toJSON: 1 }",
  "{ then(r) { r(1); } }",
  "{ then(_, r) { r(Symbol('rejected')); } }",
  "{ get then() { throw new RangeError('then'); } }",
  "(() => { const a = {}; a.a = a; return a; })()",
  "Object.create(null)",
  "new Map([[1, 2]])",
  "new Uint8Array(3)",
  "'\\ud800'",
  "'\\u2028\\u0000'",
  "JSON.parse('{\"__proto__\":1}')",
  "new Error('e')",
  "Object.defineProperty(new Error('e'), 'stack', { get() { throw 1; } })",
  "new (class extends Error { get name() { return Symbol('n'); } })('m')",
  "Object.setPrototypeOf(new Error('e'), null)",
  "new (class extends Promise {})(() => {}) && 1",
  "globalThis",
  "new WeakRef({})",
  "arguments",
];

/** Source of expressions that make strange values. */
const strange = constantFrom(...ATOMS).chain((atom) =>
  constantFrom(`(${atom})`, `[(${atom})]`, `({ x: (${atom}), y: [1, (${atom})] })`),
);

/** Null, or what is wrong with the answer to an event. */
async function faultOf(guest: GuestHarness, event: unknown): Promise<string | null> {
  const { error, payload } = await guest.invoke(event);
  if (error !== undefined) {
    const texts = [error.errorType, error.errorMessage, ...error.trace];
    return texts.every((text) => typeof text === "string") ? null : "an error that is not text";
  }
  try {
    JSON.parse(payload);
    return null;
  } catch {
    return `a result that is no JSON: ${payload}`;
  }
}

test("whatever a handler returns, throws or logs, its invocation ends as JSON or as an error in text, and the next one runs", async () => {
  await assert(
    asyncProperty(strange, strange, strange, async (returned, thrown, logged) => {
      const guest = new GuestHarness(prelude);
      await guest.load(`exports.handler = function (event) {
        console.log(${logged});
        if (event.mode === 'throw') throw ${thrown};
        if (event.mode === 'reject') return Promise.reject(${thrown});
        if (event.mode === 'return') return ${returned};
        return 'well';
      };`);
      for (const mode of ["return", "throw", "reject"]) expect(await faultOf(guest, { mode })).toBeNull();
      expect((await guest.invoke({ mode: "last" })).payload).toBe('"well"');
    }),
    { numRuns: 60 },
  );
}, 60_000);

test("an event arrives as JSON has it, and goes back so", async () => {
  const guest = new GuestHarness(prelude);
  await guest.load("exports.handler = async (event) => event;");
  await assert(
    asyncProperty(jsonValue(), async (event) => {
      expect((await guest.invoke(event)).payload).toBe(JSON.stringify(JSON.parse(JSON.stringify(event))));
    }),
    { numRuns: 300 },
  );
});

test("dispatch never throws, whatever it is handed, and what it was handed ends no invocation", async () => {
  const guest = new GuestHarness(prelude);
  await guest.load("exports.handler = async () => 'well';");
  await assert(
    asyncProperty(constantFrom(3, 4, 5, 6, 99), anything(), anything(), anything(), async (kind, id, a, b) => {
      expect(() => guest.dispatch(kind, id as number, a, b)).not.toThrow();
    }),
    { numRuns: 300 },
  );
  expect((await guest.invoke()).payload).toBe('"well"');
});
