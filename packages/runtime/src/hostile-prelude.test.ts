import { DISPATCH } from "@sluice/core";
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

describe("a module that is loaded lazily after everything was poisoned", () => {
  const POISON = `
    const thrower = () => { throw new Error('poison'); };
    for (const owner of [Function.prototype]) for (const key of ['call', 'apply', 'bind']) owner[key] = thrower;
    Object.defineProperty(Array.prototype, Symbol.iterator, { value: thrower, configurable: true });
    Object.prototype.get = Object.prototype.set = thrower;
    Promise.prototype.then = thrower;
  `;

  test.each([
    ["URL", "new URL('http://a/b')"],
    ["TextEncoder", "new TextEncoder().encode('a')"],
    ["AbortController", "new AbortController()"],
    ["Headers", "new Headers()"],
    ["structuredClone", "structuredClone({ a: 1 })"],
    ["Buffer", "Buffer.from('a')"],
    ["crypto", "crypto.randomUUID()"],
    ["the console's formatter", "console.log({ a: [1, new Map([[1, 2]])] })"],
  ])("%s works or fails in the handler, and the next invocation runs", async (_name, use) => {
    await guest.load(`${POISON} exports.handler = async (event) => { if (event === 1) { ${use}; } return 'well'; };`);
    const first = await guest.invoke(1);
    expect(first.error === undefined ? first.payload : typeof first.error.errorType).toMatch(/^("well"|string)$/);
    expect((await guest.invoke(2)).payload).toBe('"well"');
  });
});

describe("one invocation cannot speak for another", () => {
  test("a context that was kept ends its own invocation only, and only once", async () => {
    await guest.load(`let kept;
      exports.handler = async (event, context) => {
        if (event === 1) { kept = context; return 'first'; }
        kept.succeed('forged'); kept.fail(new Error('forged')); kept.done(null, 'forged');
        return 'second';
      };`);
    expect((await guest.invoke(1)).payload).toBe('"first"');
    expect((await guest.invoke(2)).payload).toBe('"second"');
    expect(guest.sent.filter(({ name }) => name.startsWith("invocation."))).toHaveLength(2);
  });

  test("replies to calls never made, and a second reply to the same call, reach nobody", async () => {
    guest.hostFunctions.set("kv.get", ({ id }) => {
      for (const other of [id + 1, id - 1, 0, -1, NaN, 2 ** 31]) {
        guest.dispatch(DISPATCH.reply, other, '{"value":"forged"}', undefined);
      }
      return { text: '{"value":"right"}' };
    });
    await guest.load(
      "const { kv } = require('sluice'); exports.handler = async () => [await kv.get('a'), await kv.get('b')];",
    );
    expect((await guest.invoke()).payload).toBe('["right","right"]');
  });

  test("what was written by an earlier invocation's timer is not in the next one's result", async () => {
    await guest.load(`exports.handler = async (event, context) => {
      if (event === 1) setTimeout(() => context.succeed('late'), 1);
      else await new Promise((resolve) => setTimeout(resolve, 5));
      return event;
    };`);
    expect((await guest.invoke(1)).payload).toBe("1");
    expect((await guest.invoke(2)).payload).toBe("2");
  });
});

describe("the claims of the mailbox", () => {
  test("are not reached through shared WebAssembly memory, Atomics or what is left of SharedArrayBuffer", async () => {
    const reached = await guest.run(`
      const found = [];
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
      const shared = Object.getPrototypeOf(memory.buffer);
      for (const key of Reflect.ownKeys(shared)) found.push(String(key));
      for (const key of ['compareExchange', 'load', 'store', 'exchange', 'wait', 'notify']) {
        const original = Atomics[key];
        Atomics[key] = (array, ...rest) => { globalThis.seen = array; return original(array, ...rest); };
      }
      return [found.includes('constructor'), typeof globalThis.seen];
    `);
    expect(reached).toEqual([false, "undefined"]);
    await guest.invoke();
    expect(guest.evaluate("typeof globalThis.seen")).toBe("undefined");
  });
});

describe("timers", () => {
  test.each(["NaN", "Infinity", "-Infinity", "-1", "1e300", "2 ** 31", "'x'", "null", "{}", "undefined"])(
    "with a delay of %s are 1 ms for the host",
    async (delay) => {
      guest.autoFire = false;
      await guest.load(`exports.handler = async () => { setTimeout(() => {}, ${delay}); return 1; };`);
      await guest.invoke();
      expect(guest.sent.filter(({ name }) => name === "timer.start").map(({ text }) => text)).toEqual(["1"]);
    },
  );

  test.each([
    ["started", "for (let n = 0; n < 1e6; n++) setTimeout(() => {}, 1e6);"],
    ["started and cleared", "for (let n = 0; n < 1e6; n++) clearTimeout(setTimeout(() => {}, 1e6));"],
    ["refreshed", "const timer = setTimeout(() => {}, 1e6); for (let n = 0; n < 1e6; n++) timer.refresh();"],
    ["as intervals", "for (let n = 0; n < 1e6; n++) setInterval(() => {}, 1);"],
    ["as immediates", "for (let n = 0; n < 1e6; n++) setImmediate(() => {});"],
  ])("a million %s in one turn are refused, and the host hears of ten thousand", async (_how, body) => {
    guest.autoFire = false;
    await guest.load(`exports.handler = async () => { ${body} };`);
    expect((await guest.invoke()).error?.errorType).toBe("RangeError");
    expect(guest.sent.filter(({ name }) => name === "timer.start").length).toBeLessThanOrEqual(10_000);
  });
});

test("a log line keeps what was written as one line of the record, whatever is in it", async () => {
  await guest.load("exports.handler = async () => { console.log('a\\nERROR b\\u001b[31m\\u0000\\ud800'); };");
  await guest.invoke();
  expect(guest.logs).toHaveLength(1);
  expect(guest.logs[0]).toMatch(/^INFO a\nERROR b/);
});

test("a result that is one huge string is refused inside, and its text never leaves", async () => {
  await guest.load("exports.handler = async () => 'x'.repeat(2 ** 27);");
  expect((await guest.invoke()).error?.errorType).toBe("Function.ResponseSizeTooLarge");
  expect(Math.max(...guest.sent.map(({ text }) => text.length))).toBeLessThan(10_000);
});
