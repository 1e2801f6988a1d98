import { stop, transform } from "esbuild";
import { bundlePrelude } from "../index.ts";
import { GuestHarness } from "../testing/harness.ts";
import { runInNode } from "../testing/reference.ts";

let prelude: string;

beforeAll(async () => {
  prelude = await bundlePrelude();
});

afterAll(() => stop());

/** As the CLI's bundler writes code that imports node:async_hooks. */
async function lowered(source: string): Promise<string> {
  const supported = { "async-await": false, "async-generator": false, "for-await": false };
  const { code } = await transform(source, { supported, target: "es2024" });
  return `require("node:async_hooks");${code.replace(
    "x.done ? resolve(x.value) :",
    "x.done ? resolve(typeof x.value?.then == 'function' ? Promise.resolve(x.value) : x.value) :",
  )}`;
}

const SHARED = `const { AsyncLocalStorage, AsyncResource, executionAsyncId } = require("async_hooks");
  const als = new AsyncLocalStorage(); const sleep = (ms) => new Promise((r) => setTimeout(r, ms));`;

/** What an async function of that body answers in a guest. */
async function inGuest(body: string): Promise<unknown> {
  const guest = new GuestHarness(prelude);
  const code = await lowered(`${SHARED} exports.handler = async () => {${body}\n};`);
  expect(code).not.toMatch(/\bawait\b/);
  const failure = await guest.load(code);
  if (failure !== undefined) throw new Error(failure.errorMessage);
  const { payload, error } = await guest.invoke();
  if (error !== undefined) throw new Error(`${error.errorMessage}\n${error.trace.join("\n")}`);
  return JSON.parse(payload);
}

describe("a store goes where Node takes it", () => {
  test.each([
    [
      "across await, again and again",
      "return als.run(1, async () => { const seen = []; for (let i = 0; i < 3; i++) { await null; seen.push(als.getStore()); await sleep(1); seen.push(als.getStore()); } return seen; });",
    ],
    [
      "and ends with the run",
      "const inside = als.run(1, () => als.getStore()); const p = als.run(2, async () => { await 0; return als.getStore(); }); const outside = als.getStore(); return [inside, outside, await p, als.getStore()];",
    ],
    [
      "each to its own in concurrent runs",
      "const work = async (id) => als.run(id, async () => { const seen = []; for (let i = 0; i < 5; i++) { await sleep((id * 7) % 3); seen.push(als.getStore()); await Promise.all([0, sleep(1)]); seen.push(als.getStore()); } return seen.every((s) => s === id); }); return Promise.all(Array.from({ length: 20 }, (_, i) => work(i)));",
    ],
    [
      "in nested runs and two storages",
      "const b = new AsyncLocalStorage(); return als.run('a', async () => { await 0; const inner = await b.run('b', async () => als.run('c', async () => { await sleep(1); return [als.getStore(), b.getStore()]; })); return [inner, als.getStore(), b.getStore() ?? null]; });",
    ],
    [
      "into timers, immediates, microtasks and ticks",
      "const seen = []; await als.run('t', () => Promise.all([new Promise((r) => setTimeout(() => r(seen.push(als.getStore())), 2)), new Promise((r) => setImmediate(() => r(seen.push(als.getStore())))), new Promise((r) => queueMicrotask(() => r(seen.push(als.getStore())))), new Promise((r) => process.nextTick(() => r(seen.push(als.getStore())))), new Promise((r) => { let n = 0; const i = setInterval(() => { seen.push(als.getStore()); if (++n === 2) { clearInterval(i); r(); } }, 1); })])); return [seen, als.getStore() ?? null];",
    ],
    [
      "through then, catch, finally and the combinators",
      "return als.run('p', async () => { const seen = []; const note = () => { seen.push(als.getStore()); }; await Promise.resolve().then(note).finally(note); await Promise.reject(new Error()).catch(note); await Promise.race([sleep(1).then(note), sleep(5)]); await Promise.allSettled([Promise.reject(1).catch(note)]); await Promise.any([sleep(1)]).then(note); note(); return seen; });",
    ],
    [
      "through errors and finally blocks",
      "return als.run('e', async () => { const seen = []; try { await (async () => { await sleep(1); throw new Error('x'); })(); } catch { seen.push(als.getStore()); } finally { await 0; seen.push(als.getStore()); } return seen; });",
    ],
    [
      "through async generators and for await",
      "async function* gen() { for (let i = 0; i < 2; i++) { await sleep(1); yield als.getStore(); } } return als.run('g', async () => { const seen = []; for await (const s of gen()) seen.push(s, als.getStore()); for await (const s of [Promise.resolve(1)]) seen.push(als.getStore()); return seen; });",
    ],
    [
      "to a callback registered inside and called outside, where it was registered as a promise's",
      "let release; const gate = new Promise((r) => { release = r; }); const waiting = als.run('in', async () => { await gate; return als.getStore(); }); als.run('out', () => release()); return waiting;",
    ],
    [
      "with enterWith",
      "const f = async () => { als.enterWith('w'); await sleep(1); return als.getStore(); }; const p = f(); const after = als.getStore(); const later = await p; als.enterWith(undefined); return [after, later, als.getStore() ?? null];",
    ],
    [
      "not with exit and disable",
      "return als.run(1, async () => { const out = als.exit(() => als.getStore() ?? 'none'); await 0; const back = als.getStore(); als.disable(); return [out, back, als.getStore() ?? 'gone']; });",
    ],
    [
      "with bind and snapshot",
      "const bound = als.run('b', () => AsyncLocalStorage.bind((x) => [x, als.getStore()])); const snap = als.run('s', () => AsyncLocalStorage.snapshot()); return [als.run('other', () => bound(1)), als.run('other', () => snap(() => als.getStore())), snap((...a) => a, 1, 2)];",
    ],
    [
      "with AsyncResource",
      "class Pool extends AsyncResource { constructor() { super('Pool'); } run(f) { return this.runInAsyncScope(f, null, 5); } } const p = als.run('r', () => new Pool()); const f = als.run('bound', () => AsyncResource.bind(function (a) { return [a, als.getStore()]; })); return [p.run((n) => [n, als.getStore()]), f(3), typeof p.asyncId(), als.run('x', () => p.run(() => als.getStore()))];",
    ],
    [
      "to listeners by where they are called, and to the resource's with EventEmitterAsyncResource",
      "const { EventEmitter, EventEmitterAsyncResource } = require('events'); const e = new EventEmitter(); let plain; als.run('on', () => e.on('x', () => { plain = als.getStore(); })); als.run('emit', () => e.emit('x')); const r = als.run('made', () => new EventEmitterAsyncResource({ name: 'Q' })); let kept; r.on('x', () => { kept = als.getStore(); }); als.run('emit', () => r.emit('x')); return [plain, kept];",
    ],
    [
      "through streams and pipelines",
      "const { Readable, Transform, promises } = require('stream'); const seen = []; await als.run('s', () => promises.pipeline(Readable.from(['a', 'b']), new Transform({ transform(c, e, d) { seen.push(als.getStore()); setTimeout(d, 1, null, c); } }), async function* (src) { for await (const c of src) { seen.push(als.getStore()); yield c; } }, async (src) => { for await (const c of src) seen.push(als.getStore()); })); return seen.length > 3 && seen.every((s) => s === 's');",
    ],
    [
      "into a thenable that is awaited, returned or resolved",
      "const query = (log) => ({ then(done) { log.push(als.getStore()); setTimeout(() => { log.push(als.getStore()); done('row'); }, 1); } }); return als.run('q', async () => { const log = []; await query(log); await (async () => query(log))(); await Promise.resolve().then(() => query(log)); await Promise.all([query(log)]); return [log, als.getStore()]; });",
    ],
    [
      "with default values and names (new in Node 24)",
      "const d = new AsyncLocalStorage({ defaultValue: 'def', name: 'n' }); return [d.getStore(), d.run(1, () => d.getStore()), d.name, d.run(undefined, () => d.getStore() ?? 'undefined')];",
    ],
    [
      "with the value of run, and its error",
      "const out = [als.run(1, (a, b) => a + b, 2, 3)]; try { als.run(1, () => { throw new Error('thrown'); }); } catch (e) { out.push(e.message); } out.push(als.getStore() ?? null); return out;",
    ],
  ])("%s", async (_, body) => {
    expect(await inGuest(body)).toEqual(await runInNode(`${SHARED}\n${body}`));
  });
});

test("the answer of a host call finds the store of its caller", async () => {
  const guest = new GuestHarness(prelude);
  guest.hostFunctions.set("kv.get", ({ text }) => ({ text: JSON.stringify({ value: text }) }));
  const code = await lowered(`${SHARED} const { kv } = require("sluice");
    exports.handler = () => Promise.all([1, 2, 3].map((id) => als.run(id, async () => { await kv.get("k" + id); return als.getStore(); })));`);
  await guest.load(code);
  expect(await guest.invoke()).toEqual({ payload: "[1,2,3]", error: undefined });
});

test("no store goes from one invocation to the next, not even by enterWith", async () => {
  const guest = new GuestHarness(prelude);
  await guest.load(
    await lowered(`${SHARED} exports.handler = async (event) => {
      const found = als.getStore() ?? null; als.enterWith(event); await sleep(1); return [found, als.getStore()]; };`),
  );
  const outcomes = await Promise.all([guest.invoke("a"), guest.invoke("b"), guest.invoke("c")]);
  expect(outcomes.map(({ payload }) => payload)).toEqual(['[null,"a"]', '[null,"b"]', '[null,"c"]']);
});

test("native async code that slipped through is warned of once", async () => {
  const guest = new GuestHarness(prelude);
  await guest.run(`${SHARED} await als.run(1, async () => 1); return als.run(1, async () => 2);`);
  expect(guest.logs.filter((line) => line.includes("sluice deploy"))).toHaveLength(1);
});

test("hooks on every asynchronous step are refused", async () => {
  await expect(inGuest("require('async_hooks').createHook({});")).rejects.toThrow("use AsyncLocalStorage");
});
