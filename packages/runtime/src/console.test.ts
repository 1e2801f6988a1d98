import { format } from "node:util";
import { runInThisContext } from "node:vm";
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

/** What `console.log(code)` writes. */
function logged(code: string): string {
  guest.evaluate(`console.log(${code})`);
  return (guest.logs.at(-1) ?? "").replace(/^INFO /, "");
}

describe("values are written as Node writes them", () => {
  test.each([
    "'text', 1, true, null, undefined, -0, 10n, Symbol('s')",
    "'it is 100%', { a: 1 }",
    "'%s is %d, %i, %f, %j, %O and %%', 'x', 42.5, 42.9, '1.5', { a: 1 }, [2], 'rest', {}",
    "'%s %s', 'only one'",
    "'%s', { a: { b: 1 } }, '%d', 5",
    "'%s %s %s', class A {}, new Date(0), { toString() { return 'mine'; } }",
    "'%c styled', 'color: red'",
    "[1, 'x', null, undefined, -0], [], [, 1, , 2], Object.assign([1], { k: 2 })",
    "{ a: 1, 'b-c': 'two', [Symbol('s')]: 3, d: { e: { f: { g: 1 } } } }",
    "{ get a() { return 1; }, set b(x) {}, get c() { return 1; }, set c(x) {} }",
    "{ statusCode: 200, headers: { 'content-type': 'application/json' }, body: '{\"hello\":\"world\"}', isBase64Encoded: false }",
    "[{ id: 1, name: 'a' }, { id: 2, name: 'b' }, { id: 3, name: 'c' }]",
    "Array.from({ length: 120 }, (_, n) => n)",
    "Array.from({ length: 30 }, (_, n) => 'item' + n)",
    "['apple', 'pear', 'fig', 'kiwi', 'plum', 'grape', 'melon']",
    "[1.5, 2.25, 1000, 3, 4, 5, 6, 7, 8, 9]",
    "['x'.repeat(80)], { long: 'y'.repeat(100), short: 1 }",
    "['it\\'s', 'a\\nb\\u0001', 'say \"it\\'s\"']",
    "new Map([[1, { a: 2 }], ['k', [1]]]), new Set([1, 'a']), new Map(), new Set()",
    "new Date(0), new Date(NaN), /a/gi",
    "() => 1, function named() {}, class B extends Array {}, async () => {}",
    "new (class Point { constructor() { this.x = 1; } })(), new (class Empty {})(), Object.create(null)",
    "new Uint8Array(3), new ArrayBuffer(2), new DataView(new ArrayBuffer(1))",
    "(() => { const a = { name: 'a' }; a.self = a; a.list = [a]; return a; })()",
    "new Number(3), new String('s'), Object(true), new WeakMap(), Math",
    "[[[[[]]]]], { a: [{ b: { c: {} } }] }, [[[[1]]]]",
  ])("%s", (code) => {
    const args = runInThisContext(`[${code}]`) as unknown[];
    expect(logged(code)).toBe(format(...args));
  });

  test("errors show their class, message, frames, cause and own properties", () => {
    const text = logged(
      "Object.assign(new (class PaymentError extends Error {})('declined', { cause: new TypeError('inner') }), { code: 7 })",
    );
    expect(text).toMatch(/^PaymentError: declined\n {4}at .*\n/);
    expect(text).toMatch(/code: 7,\n {2}\[cause\]: TypeError: inner\n {6}at /);
    expect(text).not.toContain("sluice:runtime");
  });

  test.each([
    ["a Proxy whose traps throw", "new Proxy({}, { ownKeys() { throw new Error('trap'); } })", "[Uninspectable: trap]"],
    ["a getter on the prototype that throws", "Object.create({ get constructor() { throw 1; } })", "{}"],
    ["a tag that lies", "{ [Symbol.toStringTag]: 'Date' }", "{ Symbol(Symbol.toStringTag): 'Date' }"],
    [
      "an object of great depth",
      "(() => { let a = {}; for (let n = 0; n < 1e5; n++) a = { a }; return a; })()",
      "{ a: { a: { a: [Object] } } }",
    ],
  ])("%s does not take the function down", (_, code, shown) => {
    expect(logged(code)).toBe(shown);
  });
});

describe("methods", () => {
  test("levels", () => {
    guest.evaluate("for (const level of ['log', 'info', 'debug', 'warn', 'error']) console[level](level);");
    expect(guest.logs).toEqual(["INFO log", "INFO info", "DEBUG debug", "WARN warn", "ERROR error"]);
  });

  test("trace shows the stack of the user's code", () => {
    guest.evaluate("(function outer() { console.trace('here', 1); })();");
    expect(guest.logs[0]).toMatch(/^TRACE Trace: here 1\n {4}at outer /);
  });

  test("group indents, every line", () => {
    guest.evaluate(
      "console.group('g'); console.log('a\\nb'); console.group(); console.log('c'); console.groupEnd(); console.groupEnd(); console.groupEnd(); console.log('d');",
    );
    expect(guest.logs).toEqual(["INFO g", "INFO   a\n  b", "INFO     c", "INFO d"]);
  });

  test("assert, count, dir and time", () => {
    guest.evaluate(`
      console.assert(true, 'no'); console.assert(false); console.assert(false, 'why %s', 1); console.assert(0, { a: 1 });
      console.count(); console.count(); console.count('x'); console.countReset(); console.count();
      console.dir({ a: { b: { c: { d: 1 } } } }, { depth: 0 });
      console.time('t'); console.timeEnd('t'); console.timeEnd('t');`);
    expect(guest.logs.slice(0, 8)).toEqual([
      "WARN Assertion failed",
      "WARN Assertion failed: why 1",
      "WARN Assertion failed: { a: 1 }",
      "INFO default: 1",
      "INFO default: 2",
      "INFO x: 1",
      "INFO default: 1",
      "INFO { a: [Object] }",
    ]);
    expect(guest.logs[8]).toMatch(/^INFO t: \d+ms$/);
    expect(guest.logs[9]).toBe("WARN No such label 't' for console.time()");
  });

  test("table", () => {
    guest.evaluate("console.table([{ a: 1, b: 'x' }, { a: 2 }]); console.table(5);");
    expect(guest.logs[0]).toBe(
      [
        "INFO ┌─────────┬───┬─────┐",
        "│ (index) │ a │ b   │",
        "├─────────┼───┼─────┤",
        "│ 0       │ 1 │ 'x' │",
        "│ 1       │ 2 │     │",
        "└─────────┴───┴─────┘",
      ].join("\n"),
    );
    expect(guest.logs[1]).toBe("INFO 5");
  });

  test("process.stdout and process.stderr write to the log", () => {
    guest.evaluate("process.stdout.write('out\\n'); process.stderr.write('err');");
    expect(guest.logs).toEqual(["INFO out", "ERROR err"]);
  });
});

describe("limits", () => {
  test("a long line is cut to the limit in bytes, at a character", async () => {
    await guest.run("console.log('€'.repeat(20000)); console.log('💩'.repeat(20000));");
    for (const line of guest.logs) {
      expect(Buffer.byteLength(line)).toBeLessThanOrEqual(LIMITS.logLineBytes + "INFO ".length);
      expect(line).toMatch(/… \(\d+ more characters\)$/);
      expect(line.isWellFormed()).toBe(true);
    }
  });

  test("an invocation that floods its log is cut off, and the number of lost lines is told at its end", async () => {
    await guest.load(
      "exports.handler = async (lines) => { for (let n = 0; n < lines; n++) console.log('x'.repeat(1000)); };",
    );
    await guest.invoke(1_000);
    const kept = guest.logs.filter((line) => line.startsWith("INFO")).length;
    expect(kept * 1_000).toBeLessThanOrEqual(LIMITS.logBytesPerAttempt);
    expect(kept).toBeGreaterThan(200);
    expect(guest.logs.at(-1)).toBe(`WARN ${1_000 - kept} log lines were dropped: one invocation may log 256 KiB`);
    expect(guest.sent.at(-1)?.name).toBe("invocation.succeed");
    await guest.invoke(1);
    expect(guest.logs.at(-1)).toMatch(/^INFO x/);
  });

  test("empty lines count too", async () => {
    await guest.load("exports.handler = async () => { for (let n = 0; n < 1e5; n++) console.log(); };");
    await guest.invoke();
    expect(guest.logs.length).toBeLessThan(20_000);
  });

  test("lines carry the number of the invocation that runs, and 0 outside of any", async () => {
    await guest.load(
      "console.log('load'); exports.handler = async (n) => { console.log('in', n); setTimeout(() => console.log('after'), 50); };",
    );
    await guest.invoke(1);
    await guest.settle();
    expect(guest.sent.filter(({ name }) => name === "log.write").map(({ id, text }) => [id, text])).toEqual([
      [0, "INFO load"],
      [1, "INFO in 1"],
      [0, "INFO after"],
    ]);
  });
});
