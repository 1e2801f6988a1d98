import { EXITED, handler, type Program } from "./program.ts";

const MARSHAL = "Runtime.MarshalError";

function returns(name: string, body: string, value: unknown): Program {
  return { name, code: handler(body), timeoutMs: 20_000, ends: { value } };
}

function fails(name: string, body: string, type: string, saying?: RegExp): Program {
  return { name, code: handler(body), timeoutMs: 20_000, ends: { in: [type], ...(saying ? { saying } : {}) } };
}

/** What Node's process can do to a machine; in here each is absent or refuses. */
const HOST_PROCESS =
  "const able = (name, ...args) => { try { return process[name]?.(...args) !== undefined; } catch { return false; } };" +
  "return ['binding', 'dlopen', '_linkedBinding', 'kill', 'chdir', 'setuid'].filter((name) => able(name, 'fs'));";

/** What would take a machine's processes, threads, descriptors and ports, were it to be had. */
const EXHAUSTION =
  "const able = (name, run) => { try { for (let n = 0; n < 10_000; n++) run(); return [name]; } catch { return []; } };" +
  "return [" +
  "...able('processes', () => require('child_process').spawn('true'))," +
  "...able('threads', () => new (require('worker_threads').Worker)('0', { eval: true }))," +
  "...able('files', () => require('fs').openSync('/proc/self/status'))," +
  "...able('servers', () => require('net').createServer().listen(0))," +
  "...able('datagrams', () => require('dgram').createSocket('udp4').bind(0))," +
  "];";

/** Ways out that are none. */
const escapes: readonly Program[] = [
  returns("the Function constructor", "return (() => {}).constructor('return this === globalThis')();", true),
  returns("process of the host", HOST_PROCESS, []),
  returns(
    "getThis of a call site",
    "Error.prepareStackTrace = (e, s) => s.every((c) => c.getThis() === undefined || c.getThis() instanceof Object); return new Error('x').stack;",
    true,
  ),
  returns("processes, threads, files and ports without end", EXHAUSTION, []),
  returns("import()", "return await import('fs').then(() => 'in', () => 'refused');", "refused"),
  returns(
    "a module of the host",
    "try { return String(require('child_process').execSync('id')); } catch { return 'refused'; }",
    "refused",
  ),
  returns(
    "the constructor of a host error",
    "try { crypto.getRandomValues(new Uint8Array(1e6)); } catch (e) { return e.constructor.constructor('return this === globalThis')() && e instanceof Error; }",
    true,
  ),
  returns("__proto__ in the event", 'return [JSON.parse(\'{"__proto__":{"a":1}}\').a ?? null, ({}).a ?? null];', [
    null,
    null,
  ]),
  returns("shared memory", "return typeof SharedArrayBuffer;", "undefined"),
  returns("the compiler's cache and snapshots", "return [typeof v8, typeof vm, typeof globalThis.ivm];", [
    "undefined",
    "undefined",
    "undefined",
  ]),
];

/** Results and errors that are more than they seem. */
const results: readonly Program[] = [
  fails("a thrown null", "throw null;", "null"),
  fails("a thrown symbol", "throw Symbol('s');", "symbol"),
  fails(
    "a thrown proxy that throws",
    "throw new Proxy({}, { get() { throw 1; }, getPrototypeOf() { throw 1; } });",
    "object",
  ),
  fails("a thrown huge error", "throw new Error('x'.repeat(2 ** 24));", "Error"),
  fails(
    "a result that is too large",
    "return 'x'.repeat(7 * 2 ** 20);",
    "Function.ResponseSizeTooLarge",
    /object storage/,
  ),
  fails(
    "a huge result of small parts",
    "const a = 'x'.repeat(2 ** 20); return Array(16).fill(a);",
    "Function.ResponseSizeTooLarge",
  ),
  fails("a result in a circle", "const a = {}; a.a = a; return a;", MARSHAL),
  fails("a result with a BigInt", "return { a: 1n };", MARSHAL),
  fails("a result deeper than the stack", "let a = []; for (let n = 0; n < 2e5; n++) a = [a]; return a;", MARSHAL),
  fails("a result whose toJSON throws", "return { toJSON() { throw new Error('no'); } };", MARSHAL),
  fails("a result whose Proxy throws", "return new Proxy({}, { ownKeys() { throw new Error('no'); } });", MARSHAL),
  returns("a function as the result", "return () => 1;", null),
  returns("a symbol as the result", "return Symbol('s');", null),
  returns("a sparse array as the result", "const a = []; a[3] = 1; return a;", [null, null, null, 1]),
  returns(
    "a result whose toJSON ends the invocation itself",
    "return { toJSON() { context.succeed('inner'); return 'outer'; } };",
    "inner",
  ),
  fails(
    "a subclass of Promise as the result",
    "class P extends Promise { static get [Symbol.species]() { throw new RangeError('species'); } } return P.resolve(7);",
    "RangeError",
  ),
  returns("a thenable that answers many times", "return { then(r) { r(1); r(2); throw new Error('3'); } };", 1),
  fails("a rejected thenable", "return { then(_, j) { j(new RangeError('late')); } };", "RangeError"),
  fails("endless recursion", "const deep = () => deep() + 1; return deep();", "RangeError"),
  fails(
    "a Proxy that is its own prototype's trap",
    "const p = new Proxy({}, { getPrototypeOf: () => Object.getPrototypeOf(p) }); return p instanceof Array;",
    "RangeError",
  ),
  returns("deep JSON", "return JSON.parse('['.repeat(1e6) + ']'.repeat(1e6)).length;", 1),
  fails("deep source", "return new Function('return ' + '('.repeat(1e6) + '1' + ')'.repeat(1e6))();", "RangeError"),
  fails("process.exit", "process.exit(0);", EXITED, /process\.exit/),
  fails(
    "a rejection that nobody handles",
    "Promise.reject(new Error('lost')); await new Promise(() => {});",
    "Runtime.UnhandledPromiseRejection",
    /await it, or add a catch/,
  ),
  fails("too many timers", "for (;;) setTimeout(() => {}, 60_000);", "RangeError"),
  returns(
    "timers with delays that are none",
    "const odd = [NaN, Infinity, -1, 1e300, '5', null, {}, -0]; await Promise.all(odd.map((d) => new Promise((r) => setTimeout(r, d)))); return odd.length;",
    8,
  ),
  returns(
    "a cleared timer in a loop",
    "for (let n = 0; n < 5_000; n++) clearTimeout(setTimeout(() => {}, 1)); return 1;",
    1,
  ),
  returns(
    "log lines that forge others",
    "console.log('a\\n2026-01-01 ERROR forged\\u001b[2J\\u0000\\ud800'); console.log('\\r\\u2028'); return 1;",
    1,
  ),
  returns("log lines without end", "for (let n = 0; n < 50_000; n++) console.log('x'.repeat(100), n); return 1;", 1),
  returns(
    "finalizers that loop",
    "const r = new FinalizationRegistry(() => { for (;;); }); for (let n = 0; n < 100; n++) r.register({}, n); return new WeakRef({}).deref() !== undefined;",
    true,
  ),
  returns(
    "host calls without end",
    "let last; for (let n = 0; n < 2_000; n++) { last = fetch('http://x.test/'); last.catch(() => {}); } return await last.then(() => 'all', (e) => e.code);",
    "HostCall.TooMany",
  ),
];

/** Modules that are traps. */
const modules: readonly Program[] = [
  { name: "top-level code that throws", code: "throw new RangeError('at the top');", ends: { in: ["RangeError"] } },
  { name: "a syntax error", code: "exports.handler = (", ends: { in: ["Runtime.UserCodeSyntaxError"] } },
  {
    name: "code that closes its wrapper",
    code: "}); globalThis.out = 1; (function () {",
    ends: { in: ["Runtime.HandlerNotFound", "Runtime.UserCodeSyntaxError", "TypeError", "Error", EXITED] },
  },
  { name: "a missing handler", code: "exports.other = () => 1;", ends: { in: ["Runtime.HandlerNotFound"] } },
  {
    name: "a Proxy as the module",
    code: "module.exports = new Proxy({}, { get() { throw new TypeError('trap'); } });",
    ends: { in: ["TypeError"] },
  },
  {
    name: "a Proxy as the handler",
    code: "exports.handler = new Proxy(() => 1, { apply() { return 2; }, get() { return 0; } });",
    ends: { value: 2 },
  },
  {
    name: "a handler whose length throws",
    code: "exports.handler = Object.defineProperty(() => 1, 'length', { get() { throw new RangeError('length'); } });",
    ends: { in: ["RangeError"] },
  },
  {
    name: "an async iterator as the result",
    code: handler("return (async function* () { yield 1; })();"),
    ends: { value: {} },
  },
  {
    name: "Error.stackTraceLimit as a trap",
    code: "Object.defineProperty(Error, 'stackTraceLimit', { get() { throw 1; } }); exports.handler = async () => { throw new TypeError('x'); };",
    ends: { in: ["TypeError"] },
  },
];

export const escapingPrograms: readonly Program[] = [...escapes, ...results, ...modules];
