import { DISPATCH, formatGuestRuntime, LIMITS } from "@sluice/core";
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

/** Runs `poison` before everything else that the module does, then uses the whole bridge. */
async function runPoisoned(poison: string): Promise<{ payloads: unknown[]; error: unknown; logs: string[] }> {
  guest.hostFunctions.set("kv.get", ({ text }) => ({
    text: JSON.stringify({ value: `value of ${(JSON.parse(text) as { key: string }).key}` }),
  }));
  const failure = await guest.load(`
    const { kv } = require('sluice');
    const { Promise: OwnPromise, RangeError: OwnRangeError } = globalThis;
    ${poison}
    exports.handler = async (event, context) => {
      console.log('in', context.awsRequestId);
      const value = await kv.get('k' + event);
      await new OwnPromise((resolve) => setTimeout(resolve, 1));
      if (event === 2) throw new OwnRangeError('two');
      return value;
    };
  `);
  expect(failure).toBeUndefined();
  const outcomes = await Promise.all([guest.invoke(1), guest.invoke(2), guest.invoke(3)]);
  return { payloads: outcomes.map(({ payload }) => payload), error: outcomes[1]?.error, logs: guest.logs };
}

describe("the glue works on when user code has replaced", () => {
  test.each([
    ["Promise.prototype.then", "Promise.prototype.then = function () { throw new Error('poison'); };"],
    ["Promise.prototype.constructor", "Promise.prototype.constructor = undefined; delete Promise[Symbol.species];"],
    ["Symbol.species", "Object.defineProperty(Promise, Symbol.species, { get() { throw new Error('poison'); } });"],
    [
      "Promise, Map, Error and others",
      "Promise = Map = Set = Error = TypeError = Array = Object = Reflect = Symbol = null;",
    ],
    [
      "array methods and iterators",
      "for (const key of Reflect.ownKeys(Array.prototype)) if (typeof Array.prototype[key] === 'function' && key !== 'constructor') Array.prototype[key] = () => { throw 1; };",
    ],
    ["JSON", "JSON.parse = JSON.stringify = () => { throw new Error('poison'); };"],
    ["toJSON", "Object.prototype.toJSON = Array.prototype.toJSON = () => 'poison';"],
    [
      "descriptor keys on Object.prototype",
      "Object.prototype.get = Object.prototype.set = () => 1; Object.prototype.value = Object.prototype.enumerable = 1;",
    ],
    [
      "setters for names and indices",
      "for (const key of ['next', 'error', 'text', 'bytes', 'seq', 'settled', 'resolve', 'reject', '0', '1', '2']) " +
        "for (const target of [Object.prototype, Array.prototype]) " +
        "Object.defineProperty(target, key, { set() { throw new Error('poison'); }, get() { return undefined; } });",
    ],
    [
      "Map methods",
      "Map.prototype.get = Map.prototype.set = Map.prototype.delete = () => { throw new Error('poison'); };",
    ],
    [
      "Function.prototype.call, apply and bind",
      "Function.prototype.call = Function.prototype.apply = Function.prototype.bind = () => { throw new Error('poison'); };",
    ],
    [
      "string methods",
      "for (const key of ['slice', 'indexOf', 'charCodeAt', 'split', 'replace', 'startsWith', 'includes']) " +
        "String.prototype[key] = () => { throw new Error('poison'); };",
    ],
    ["Atomics and Date", "Atomics.compareExchange = () => 0; Date.now = () => NaN; Math.trunc = () => NaN;"],
    [
      "globals that the prelude made",
      "setTimeout.name; globalThis.console.log.call; globalThis.fetch = globalThis.URL = 1;",
    ],
  ])("%s", async (_, poison) => {
    const { payloads, error, logs } = await runPoisoned(poison);
    expect(payloads).toEqual(['"value of k1"', undefined, '"value of k3"']);
    expect(error).toMatchObject({ errorType: "RangeError", errorMessage: "two" });
    expect(logs).toEqual(["INFO in request-1", "INFO in request-2", "INFO in request-3"]);
  });
});

describe("nothing of the host is in reach of user code", () => {
  test("no function, array or object that user code is handed leads to the host's functions or to the claims", async () => {
    // Notes every value that a method of a built-in class is given, without using one itself.
    const seen = guest.evaluate(`(() => {
      const seen = [];
      const known = new WeakSet();
      const note = (value) => {
        if (((typeof value !== 'object' || value === null) && typeof value !== 'function') || known.has(value)) return;
        known.add(value);
        seen[seen.length] = value;
      };
      const apply = Reflect.apply;
      for (const owner of [Array.prototype, Map.prototype, Set.prototype, Promise.prototype, Function.prototype, Object.prototype, String.prototype, RegExp.prototype]) {
        for (const key of Reflect.ownKeys(owner)) {
          const descriptor = Object.getOwnPropertyDescriptor(owner, key);
          if (typeof descriptor.value !== 'function' || !descriptor.writable || key === 'constructor') continue;
          const original = descriptor.value;
          owner[key] = function (...args) {
            note(this);
            for (let at = 0; at < args.length; at++) note(args[at]);
            return apply(original, this, args);
          };
        }
      }
      return seen;
    })()`) as unknown[];
    guest.hostFunctions.set("http.open", () => ({
      text: '{"status":200,"statusText":"","headers":[["a","b"]],"url":"","redirected":false,"more":false}',
    }));
    guest.hostFunctions.set("kv.get", () => ({ text: '{"value":null}' }));
    await guest.run(`
      console.log({ a: [1, new Map([[1, 2]])] }, '%s');
      setTimeout(() => {}, 1);
      crypto.randomUUID();
      await crypto.subtle.digest('SHA-256', new Uint8Array(1));
      structuredClone({ a: 1 });
      await (await fetch('http://a/', { method: 'POST', body: 'x' })).text();
      await require('sluice').kv.get('a');
      return 1;
    `);
    expect(seen.length).toBeGreaterThan(10);
    // The fakes of the harness and the claims come from another realm, so their prototypes give them away.
    const noted = Array.from({ length: seen.length }, (_, at) => seen[at]);
    const ours: readonly unknown[] = [Function.prototype, Int32Array.prototype, SharedArrayBuffer.prototype];
    expect(noted.filter((value) => ours.includes(Object.getPrototypeOf(value)))).toEqual([]);
  });

  test("stack traces tell no functions of the prelude", async () => {
    const shown = await guest.run(`
      Error.prepareStackTrace = (error, sites) => sites.map((site) => [site.getFunction(), site.getThis()]);
      const found = new Error('x').stack;
      let inner = [];
      const stop = (() => { try { require(Object.create({ toString() { inner = new Error('y').stack; return 'events'; } })); } catch {} })();
      Error.prepareStackTrace = undefined;
      return [...found, ...inner].map(([fn, self]) => [typeof fn === 'function' ? fn.toString().slice(0, 40) : 'none', typeof self]);
    `);
    const named = (shown as [string, string][]).map(([source]) => source).filter((source) => source !== "none");
    // Functions of user code may be seen; those of the prelude are in strict mode, and V8 shows none of these.
    for (const source of named)
      expect(source).toMatch(/^(?:async \(event, context\)|toString\(\)|\(\) =>|function \(exports)/);
  });

  test("caller and arguments of the prelude's functions cannot be read", async () => {
    expect(
      await guest.run(`
        const sloppy = new Function('return sloppy2()');
        const tries = [];
        for (const key of ['caller', 'arguments', 'callee']) {
          try { tries.push(String(setTimeout[key])); } catch (error) { tries.push(error.name); }
        }
        return tries;
      `),
    ).toEqual(["TypeError", "TypeError", "undefined"]);
  });

  test("the dead console of the engine and shared memory are gone", async () => {
    expect(
      await guest.run(`
        const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
        return [typeof SharedArrayBuffer, memory.buffer.constructor === Object];
      `),
    ).toEqual(["undefined", true]);
  });

  test("the prelude leaves nothing on the global object but the globals of Node and the web", () => {
    const bare = new Set(
      new GuestHarness(formatGuestRuntime({ script: "(() => () => () => {})()", parts: {} })).evaluate(
        "Reflect.ownKeys(globalThis)",
      ) as string[],
    );
    const added = (guest.evaluate("Reflect.ownKeys(globalThis)") as string[]).filter((key) => !bare.has(key));
    expect(added.sort()).toEqual(
      `AbortController AbortSignal Blob Buffer ByteLengthQueuingStrategy CloseEvent CompressionStream
       CountQueuingStrategy Crypto CryptoKey CustomEvent DOMException DecompressionStream ErrorEvent Event
       EventTarget File FormData Headers MessageChannel MessageEvent MessagePort Navigator Performance
       PerformanceEntry PerformanceMark PerformanceMeasure ProgressEvent PromiseRejectionEvent
       ReadableByteStreamController ReadableStream ReadableStreamBYOBReader ReadableStreamBYOBRequest
       ReadableStreamDefaultController ReadableStreamDefaultReader Request Response SubtleCrypto TextDecoder
       TextDecoderStream TextEncoder TextEncoderStream TransformStream TransformStreamDefaultController URL
       URLPattern URLSearchParams WebSocket WritableStream WritableStreamDefaultController WritableStreamDefaultWriter atob awslambda
       btoa clearImmediate clearInterval clearTimeout crypto fetch global navigator performance process
       queueMicrotask reportError self setImmediate setInterval setTimeout structuredClone`.split(/\s+/),
    );
  });
});

describe("whatever is thrown becomes text", () => {
  test.each([
    ["null", "throw null", "null", "null"],
    ["undefined", "throw undefined", "undefined", "undefined"],
    ["a number", "throw 42", "number", "42"],
    ["a symbol", "throw Symbol('s')", "symbol", "Symbol(s)"],
    ["a plain object", "throw { reason: 'x' }", "object", '{"reason":"x"}'],
    [
      "an object with throwing getters",
      "throw { get message() { throw 1; }, get stack() { throw 2; } }",
      "object",
      "a value that cannot be shown",
    ],
    [
      "an error with throwing getters",
      "throw Object.defineProperty(Object.defineProperty(new Error('x'), 'message', { get() { throw 1; } }), 'name', { get() { throw 1; } })",
      "Error",
      "",
    ],
    [
      "a Proxy whose traps all throw",
      "throw new Proxy({}, new Proxy({}, { get() { throw 1; } }))",
      "object",
      "a value that cannot be shown",
    ],
    ["a Proxy of an error", "throw new Proxy(new RangeError('in'), {})", "RangeError", "in"],
    ["a function", "throw function thrown() {}", "function", "[object Function]"],
    ["an error without a prototype", "throw Object.setPrototypeOf(new Error('bare'), null)", "Error", "bare"],
    [
      "an error whose name is no text",
      "throw Object.assign(new Error('m'), { name: { toString() { throw 1; } } })",
      "Error",
      "m",
    ],
    [
      "an error of a class",
      "class PaymentError extends Error {} throw new PaymentError('declined')",
      "PaymentError",
      "declined",
    ],
    ["a DOMException", "throw new DOMException('stop', 'AbortError')", "AbortError", "stop"],
    ["text that is not well formed", "throw '\\ud800'", "string", "\ud800"],
  ])("%s", async (_, code, errorType, errorMessage) => {
    await guest.load(`exports.handler = async () => { ${code}; };`);
    expect((await guest.invoke()).error).toMatchObject({ errorType, errorMessage });
  });

  test.each([
    ["throws", "() => { throw new Error('again'); }"],
    ["answers a number", "() => 7"],
    ["answers the call sites", "(error, sites) => sites"],
  ])("an Error.prepareStackTrace that %s costs the trace alone", async (_, prepare) => {
    await guest.load(
      `Error.prepareStackTrace = ${prepare}; exports.handler = async () => { throw new TypeError('x'); };`,
    );
    expect((await guest.invoke()).error).toMatchObject({
      errorType: "TypeError",
      errorMessage: "x",
      trace: ["TypeError: x"],
    });
  });

  test("a huge message is cut, and the whole error stays under the limit of its host call", async () => {
    await guest.load("exports.handler = async () => { throw new Error('\\u0001'.repeat(2 ** 22)); };");
    const { error } = await guest.invoke();
    expect(error?.errorMessage).toMatch(/… \(\d+ more characters\)$/);
    expect(Buffer.byteLength(guest.sent.at(-1)?.text ?? "")).toBeLessThan(64 * 1024);
    expect(error?.trace.join("\n").length).toBeLessThanOrEqual(LIMITS.errorTextChars);
  });

  test("the trace shows the user's frames and not the prelude's", async () => {
    await guest.load(
      "exports.handler = async () => { [1].forEach(function inner() { require('sluice').kv.get.x.y; }); };",
    );
    const { error } = await guest.invoke();
    expect(error?.trace.some((line) => line.includes("at Array.forEach"))).toBe(true);
    expect(error?.trace.some((line) => line.includes("inner"))).toBe(true);
    expect(error?.trace.some((line) => line.includes("sluice:runtime"))).toBe(false);
  });
});

describe("dispatch never throws", () => {
  test.each([
    ["an unknown kind", [99, 1, "x", "y"]],
    ["a reply to no call", [DISPATCH.reply, 12345, "{}", undefined]],
    ["a failure of no call", [DISPATCH.fail, 12345, "not json", undefined]],
    ["a timer that does not exist", [DISPATCH.timer, 999, undefined, undefined]],
    ["settings that are no JSON", [DISPATCH.load, 0, () => {}, "{"]],
  ])("%s", (_, args) => {
    expect(() => guest.dispatch(...(args as Parameters<typeof guest.dispatch>))).not.toThrow();
  });

  test("an event that is no JSON fails its invocation alone", async () => {
    await guest.load("exports.handler = async () => 1;");
    guest.claims[9] = 9;
    guest.dispatch(DISPATCH.invoke, 9, "{", '{"awsRequestId":"r","deadlineMs":1}');
    expect(guest.sent.at(-1)).toMatchObject({ name: "invocation.fail", id: 9 });
    expect((await guest.invoke()).payload).toBe("1");
  });

  test("endless recursion is a RangeError of the handler", async () => {
    await guest.load("const deep = () => deep() + 1; exports.handler = async () => deep();");
    expect((await guest.invoke()).error?.errorType).toBe("RangeError");
    expect((await guest.invoke()).error?.errorType).toBe("RangeError");
  });
});
