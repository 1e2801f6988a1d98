import type { VersionSpec } from "@sluice/sandbox";
import { TrialPool, valueOf } from "./trial-pool.ts";

// (module (func (export "answer") (result i32) (i32.const 42)))
const ANSWER = "0061736d010000000105016000017f03020100070a0106616e7377657200000a06010400412a0b";
// (module (memory (export "m") 1) (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))
const GROWS = "0061736d0100000001060160017f017f030201000503010001070c02016d02000467726f7700000a08010600200040000b";
const BYTES = `const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
const ANSWER = bytes("${ANSWER}"), GROWS = bytes("${GROWS}");\n`;

let trial: TrialPool;
beforeAll(async () => {
  trial = await TrialPool.start();
});
afterAll(() => trial.pool.stop());

const define = (body: string, options: { memoryMb?: number } = {}): VersionSpec =>
  trial.define({ code: `${BYTES}exports.handler = async (event) => {${body}\n};`, ...options });

test.each([
  ["new Module and Instance", "return new WebAssembly.Instance(new WebAssembly.Module(ANSWER)).exports.answer()"],
  ["compile", "return (await WebAssembly.instantiate(await WebAssembly.compile(ANSWER))).exports.answer()"],
  ["instantiate", "return (await WebAssembly.instantiate(ANSWER.buffer)).instance.exports.answer()"],
  [
    "compileStreaming",
    `const response = new Response(ANSWER, { headers: { "content-type": "application/wasm" } });
     return new WebAssembly.Instance(await WebAssembly.compileStreaming(response)).exports.answer()`,
  ],
  [
    "instantiateStreaming",
    `const response = new Response(ANSWER, { headers: { "content-type": "application/wasm" } });
     return (await WebAssembly.instantiateStreaming(Promise.resolve(response))).instance.exports.answer()`,
  ],
])("%s runs a module", async (_what, body) => {
  expect(valueOf(await trial.run(define(body)))).toBe(42);
});

test("the classes keep their names, statics, prototypes and errors", async () => {
  const body = `
    const { Module, Instance, Memory } = WebAssembly, module = new Module(ANSWER), memory = new Memory({ initial: 1 });
    const caught = (run) => { try { run(); return "nothing"; } catch (error) { return error.constructor.name; } };
    const seen = [Module.name, Instance.name, Memory.name, String(module), module instanceof Module, memory instanceof Memory,
      module.constructor === Module, memory.constructor === Memory, Module.exports(module).length, memory.grow(1),
      caught(() => Module(ANSWER)), caught(() => new Module("x")), caught(() => new Module(new Uint8Array(4))),
      caught(() => new Memory()), await WebAssembly.compile(new Uint8Array(4)).catch((error) => error.constructor.name),
      await WebAssembly.compileStreaming(new Response(ANSWER)).catch((error) => error.constructor.name)];
    return [seen.slice(0, 10).join(" "), seen.slice(10).join(" ")];`;
  expect(valueOf(await trial.run(define(body)))).toEqual([
    "Module Instance Memory [object WebAssembly.Module] true true true true 1 1",
    "TypeError TypeError CompileError TypeError CompileError TypeError",
  ]);
});

describe("memory counts against the function", () => {
  const neighbour = (): VersionSpec => define("return event.n + 1");

  test.each([
    ["grown by JavaScript", "const m = new WebAssembly.Memory({ initial: 1 }); for (;;) m.grow(16);"],
    ["asked for at once", "new WebAssembly.Memory({ initial: 16 * 100 });"],
    [
      "grown by the module",
      `const { grow } = new WebAssembly.Instance(new WebAssembly.Module(GROWS)).exports;
       for (;;) if (grow(16) === -1) throw new WebAssembly.RuntimeError("unreachable");`,
    ],
  ])("%s past memoryMb is out of memory, and neighbours do not notice", async (_what, body) => {
    const hog = define(`if (event.ok) return "well"; ${body}`, { memoryMb: 32 });
    const beside = neighbour();
    const runs = Promise.all([0, 1, 2, 3].map(async (n) => valueOf(await trial.run(beside, { n }))));
    const { error } = await trial.run(hog);
    expect(error).toMatchObject({
      errorType: "Runtime.OutOfMemory",
      errorMessage: expect.stringContaining("(limit 32 MB)"),
      explanation: expect.stringContaining("memoryMb 32"),
    });
    expect(await runs).toEqual([1, 2, 3, 4]);
    expect(valueOf(await trial.run(hog, { ok: true }))).toBe("well");
    expect(trial.restarts).toEqual([]);
  });

  test("an isolate that ran out of memory is not used again, and what waited for it runs elsewhere", async () => {
    const hog = trial.define({
      code: `${BYTES}let runs = 0; exports.handler = async ({ hog }) => {
        if (hog) { const m = new WebAssembly.Memory({ initial: 1 }); for (;;) m.grow(16); }
        return ++runs;
      };`,
      memoryMb: 32,
    });
    expect(valueOf(await trial.run(hog))).toBe(1);
    const [first, ...others] = await Promise.all([true, false, false, false].map((h) => trial.run(hog, { hog: h })));
    expect(first?.error?.errorType).toBe("Runtime.OutOfMemory");
    for (const run of others) expect(run.error).toBeNull();
    expect(valueOf(await trial.run(hog))).toBeLessThanOrEqual(4);
  });

  test("a module keeps the maximum that it declares itself, and one without memory is left as it is", async () => {
    const body = `
      const { grow, m } = new WebAssembly.Instance(new WebAssembly.Module(GROWS)).exports;
      return [grow(10), m.buffer.byteLength, grow(10_000)];`;
    expect(valueOf(await trial.run(define(body)))).toEqual([1, 11 * 65_536, -1]);
  });
});
