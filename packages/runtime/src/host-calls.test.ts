import { LIMITS } from "@sluice/core";
import { bundlePrelude } from "./index.ts";
import { GuestHarness, type HostReply, type Sent } from "./testing/harness.ts";

let prelude: string;
let guest: GuestHarness;

beforeAll(async () => {
  prelude = await bundlePrelude();
});

beforeEach(() => {
  guest = new GuestHarness(prelude);
});

const argumentsOf = ({ text }: Sent): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;

describe("kv", () => {
  test("get, put, delete and list go to the host and come back", async () => {
    const seen: unknown[] = [];
    const answer = (reply: object | "") => (call: Sent) => {
      seen.push([call.name, argumentsOf(call)]);
      return { text: reply === "" ? "" : JSON.stringify(reply) };
    };
    guest.hostFunctions.set("kv.get", answer({ value: null }));
    guest.hostFunctions.set("kv.put", answer(""));
    guest.hostFunctions.set("kv.delete", answer({ deleted: true }));
    guest.hostFunctions.set("kv.list", answer({ keys: ["a"], cursor: "next" }));
    expect(
      await guest.run(`
        const { kv } = require('sluice');
        return [
          await kv.get('ä'), (await kv.put('k', 'v', { ttlSeconds: 60 })) ?? 'nothing', await kv.delete('k'),
          await kv.list({ prefix: 'p/', limit: 5, cursor: 'c' }), await kv.list(),
        ];`),
    ).toEqual([null, "nothing", true, { keys: ["a"], cursor: "next" }, { keys: ["a"], cursor: "next" }]);
    expect(seen).toEqual([
      ["kv.get", { key: "ä" }],
      ["kv.put", { key: "k", value: "v", ttlSeconds: 60 }],
      ["kv.delete", { key: "k" }],
      ["kv.list", { prefix: "p/", limit: 5, cursor: "c" }],
      ["kv.list", { prefix: "" }],
    ]);
  });

  test.each([
    ["kv.get()", "kv.get: the key must be a string, not undefined"],
    ["kv.get('')", "kv.get: the key must not be empty"],
    ["kv.get('x'.repeat(513))", "kv.get: the key is longer than 512 bytes"],
    ["kv.put('k', { a: 1 })", "kv.put: the value must be a string, not object"],
    ["kv.put('k', 'é'.repeat(2 ** 19 + 1))", "kv.put: the value is longer than 1048576 bytes"],
    ["kv.put('k', 'v', { ttlSeconds: -1 })", "kv.put: ttlSeconds must be a number above 0"],
    ["kv.put('k', 'v', 60)", "kv.put: the options must be an object, not number"],
    ["kv.put('k', '\\u0001'.repeat(2 ** 20))", "kv.put: the arguments are larger than 2097152 bytes"],
    ["kv.list({ limit: 0 })", "kv.list: limit must be a whole number from 1 to 1000"],
    ["kv.list({ prefix: 7 })", "kv.list: the prefix must be a string, not number"],
    ["kv.delete(Symbol('s'))", "kv.delete: the key must be a string, not symbol"],
  ])("%s is refused before it is sent", async (call, message) => {
    expect(
      await guest.run(
        `const { kv } = require('sluice'); try { await ${call}; } catch (error) { return [error.name, error.message]; }`,
      ),
    ).toEqual(["TypeError", message]);
    expect(guest.sent.some(({ name }) => name.startsWith("kv."))).toBe(false);
  });
});

describe("a failed host call", () => {
  test.each([
    ["TypeError", "TypeError", true],
    ["RangeError", "RangeError", true],
    ["Error", "Error", true],
    ["TimeoutError", "TimeoutError", true],
    ["QuotaExceededError", "QuotaExceededError", true],
    ["KvError", "KvError", true],
  ])("rejects with a %s that carries the host's code", async (name, expected, isError) => {
    guest.hostFunctions.set("kv.get", () => {
      throw { name, message: "no", code: "Kv.Down" };
    });
    expect(
      await guest.run(`try { await require('sluice').kv.get('k'); } catch (error) {
        return [error.name, error.message, error.code, error instanceof Error, error instanceof DOMException];
      }`),
    ).toEqual([expected, "no", "Kv.Down", isError, name === "TimeoutError" || name === "QuotaExceededError"]);
  });
});

describe("many host calls at once", () => {
  test("the host sees at most the limit, in order, and the rest waits its turn", async () => {
    const open: (() => void)[] = [];
    guest.hostFunctions.set("kv.get", (call) => {
      const { key } = argumentsOf(call);
      return new Promise<HostReply>((resolve) => {
        open.push(() => resolve({ text: JSON.stringify({ value: key }) }));
      });
    });
    await guest.load(`exports.handler = async (count) => {
      const { kv } = require('sluice');
      return Promise.all(Array.from({ length: count }, (_, n) => kv.get('k' + n)));
    };`);
    const total = LIMITS.hostCallsInFlight + 30;
    const outcome = guest.invoke(total);
    await guest.settle();
    expect(open).toHaveLength(LIMITS.hostCallsInFlight);
    for (let at = 0; at < total; at++) {
      open[at]?.();
      await guest.settle();
      expect(open.length).toBe(Math.min(total, LIMITS.hostCallsInFlight + at + 1));
    }
    const { payload } = await outcome;
    expect(JSON.parse(payload ?? "")).toEqual(Array.from({ length: total }, (_, n) => `k${n}`));
  });

  test("beyond a thousand that wait, a call is rejected at once", async () => {
    guest.hostFunctions.set("kv.get", () => new Promise<HostReply>(() => {}));
    const message = await guest.run(`
      const { kv } = require('sluice');
      for (let n = 0; n < ${LIMITS.hostCallsInFlight + 1_000}; n++) kv.get('k');
      try { await kv.get('one too many'); } catch (error) { return [error.code, error.message]; }`);
    expect(message).toEqual(["HostCall.TooMany", expect.stringContaining("await some of them")]);
    expect(guest.sent.filter(({ name }) => name === "kv.get")).toHaveLength(LIMITS.hostCallsInFlight);
  });
});
