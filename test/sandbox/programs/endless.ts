import { handler, type Program, TIMED_OUT } from "./program.ts";

const LOOPING_MODULE =
  "new WebAssembly.Module(new Uint8Array([0,97,115,109,1,0,0,0,1,4,1,96,0,0,3,2,1,0,7,5,1,1,102,0,0,10,9,1,7,0,3,64,12,0,11,11]))";

function endless(name: string, body: string, saying: RegExp): Program {
  return { name, code: handler(body), timeoutMs: 300, ends: { in: [TIMED_OUT], saying } };
}

/** On a crowded machine V8 stops later, and knows less. */
const BUSY = /CPU busy .*\(limit: timeoutMs 300, wall-clock time/;
const WAITED = /ms of CPU time and waited for the rest \(limit: timeoutMs 300/;
/** V8 may or may not have looked at its stop flag in time. */
const CPU = /CPU busy/;

/** Code that V8 can stop. */
const stoppable: readonly Program[] = [
  endless(
    "a busy loop",
    "function inner() { for (;;); } inner();",
    /CPU busy .*(It was at inner \(.*index\.js:1:\d+\)|ms CPU time|ended)/,
  ),
  endless("a catastrophic regular expression", "return /^(a+)+$/.test('a'.repeat(60) + 'b');", BUSY),
  endless("a loop in finally", "try { for (;;); } finally { for (;;); }", BUSY),
  endless("a loop in catch", "for (;;) { try { for (;;); } catch { for (;;); } }", BUSY),
  endless(
    "an iterator whose return loops",
    "for (const x of { [Symbol.iterator]: () => ({ next: () => ({ value: 1 }), return() { for (;;); } }) }) break;",
    BUSY,
  ),
  endless("a WebAssembly loop", `new WebAssembly.Instance(${LOOPING_MODULE}).exports.f();`, BUSY),
  endless("a loop of microtasks", "for (;;) await null;", BUSY),
  endless("a loop after an await", "await null; for (;;);", BUSY),
  endless("a loop after a timer", "await new Promise((r) => setTimeout(r, 20)); for (;;);", CPU),
  endless("a loop after a host call", "await crypto.subtle.digest('SHA-256', new Uint8Array(9)); for (;;);", CPU),
  endless("a thenable whose then loops", "return { then() { for (;;); } };", BUSY),
  endless(
    "an Atomics.wait",
    "const m = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }); Atomics.wait(new Int32Array(m.buffer), 0, 0);",
    CPU,
  ),
  endless(
    "a looping Error.prepareStackTrace",
    "Error.prepareStackTrace = () => { for (;;); }; throw new Error('x');",
    BUSY,
  ),
  endless(
    "a thrown object whose getters loop",
    "throw { get message() { for (;;); }, get stack() { for (;;); } };",
    BUSY,
  ),
  endless(
    "an Error whose stack getter loops",
    "throw Object.defineProperty(new Error('x'), 'stack', { get() { for (;;); } });",
    BUSY,
  ),
  endless(
    "an Error of a class with a looping name",
    "throw new (class extends Error { get name() { for (;;); } })('x');",
    BUSY,
  ),
  endless("a thrown Proxy whose traps loop", "throw new Proxy({}, new Proxy({}, { get: () => { for (;;); } }));", BUSY),
  endless("a result whose toJSON loops", "return { toJSON() { for (;;); } };", BUSY),
  endless("a result whose getter loops", "return { get a() { for (;;); } };", BUSY),
  endless("a looping toString of a log argument", "console.log('%s', { toString() { for (;;); } }); for (;;);", BUSY),
  endless(
    "a chain of timers",
    "return await new Promise(() => { const on = () => { setTimeout(on, 0); }; on(); });",
    /timeoutMs 300/,
  ),
];

const waiting: readonly Program[] = [
  endless(
    "a promise that never settles",
    "return await new Promise(() => {});",
    /no call to the outside and no timer open/,
  ),
  endless(
    "a timer that never comes",
    "return await new Promise((r) => setTimeout(r, 1e9));",
    /open at the end: 1 × timer/,
  ),
  endless("an interval that nobody ends", "setInterval(() => {}, 10); return await new Promise(() => {});", WAITED),
  endless(
    "an Atomics.waitAsync",
    "const m = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }); return await Atomics.waitAsync(new Int32Array(m.buffer), 0, 0).value;",
    WAITED,
  ),
  endless(
    "an async iterator without end",
    "for await (const x of (async function* () { for (;;) yield await null; })());",
    CPU,
  ),
  endless("a host call without an answer", "return await fetch('http://silent.test/');", /open at the end: 1 × http\./),
];

/** Code that V8 cannot stop: only the end of the process helps. */
const unstoppable: readonly Program[] = [
  endless("the squares of a huge integer", "let x = 3n ** (2n ** 24n); for (;;) x *= x;", CPU),
  endless("a huge integer as text", "return (2n ** (2n ** 27n)).toString().length;", CPU),
  endless("a huge integer from text", "return BigInt('9'.repeat(5e7)) > 1n;", CPU),
  endless("a division of huge integers", "return (2n ** (2n ** 26n) - 1n) / (3n ** (2n ** 24n)) > 1n;", CPU),
  endless("includes over 2^53 elements", "return Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1);", CPU),
  endless("reverse over 2^53 elements", "return Array.prototype.reverse.call({ length: 2 ** 53 - 1 });", CPU),
  endless(
    "lastIndexOf over 2^53 elements",
    "return Array.prototype.lastIndexOf.call({ length: 2 ** 53 - 1 }, 1);",
    CPU,
  ),
  endless(
    "a sort of four million numbers",
    "const a = new Float64Array(2 ** 22); for (;;) { for (let n = 0; n < a.length; n++) a[n] = Math.random(); a.sort(); }",
    CPU,
  ),
  endless("indexOf in a sparse array", "const a = []; a.length = 2 ** 32 - 2; return a.indexOf(1);", CPU),
];

const initial: readonly Program[] = [
  {
    name: "top-level code that loops",
    code: "for (;;);",
    initTimeoutMs: 400,
    ends: { in: [TIMED_OUT], saying: /init limit of 400 ms.*at .*index\.js:1:/ },
  },
  {
    name: "a getter of the exports that loops",
    code: "Object.defineProperty(exports, 'handler', { get() { for (;;); } });",
    initTimeoutMs: 400,
    ends: { in: [TIMED_OUT], saying: /init limit/ },
  },
  {
    name: "top-level code that poisons the stack trace and throws",
    code: "Error.prepareStackTrace = () => { for (;;); }; throw new Error('top');",
    initTimeoutMs: 400,
    ends: { in: [TIMED_OUT], saying: /init limit/ },
  },
];

export const endlessPrograms: readonly Program[] = [...stoppable, ...waiting, ...unstoppable, ...initial];
