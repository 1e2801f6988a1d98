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

describe("fetch", () => {
  const head = {
    status: 200,
    statusText: "OK",
    headers: [["content-type", "text/plain"]],
    url: "http://a/b",
    redirected: false,
  };

  test("sends the request and gives the response", async () => {
    let request: unknown;
    let body = "";
    guest.hostFunctions.set("http.fetch", (call) => {
      request = argumentsOf(call);
      body = call.bytes?.toString() ?? "";
      return {
        text: JSON.stringify({
          ...head,
          status: 201,
          headers: [
            ["Set-Cookie", "a=1"],
            ["set-cookie", "b=2"],
            ["X", "ä"],
          ],
        }),
        bytes: Buffer.from('{"ok":"ä"}'),
      };
    });
    expect(
      await guest.run(`
        const response = await fetch('http://example.com/p?q=ü', {
          method: 'post', headers: { 'X-Token': ' t ' }, body: JSON.stringify({ n: 1 }), redirect: 'manual',
        });
        const copy = response.clone();
        return [response.status, response.ok, response.headers.getSetCookie(), response.headers.get('x'), response.url,
          await response.json(), await copy.text(), response.bodyUsed];`),
    ).toEqual([201, true, ["a=1", "b=2"], "ä", "http://a/b", { ok: "ä" }, '{"ok":"ä"}', true]);
    expect(request).toEqual({
      url: "http://example.com/p?q=%C3%BC",
      method: "POST",
      headers: [
        ["x-token", "t"],
        ["content-type", "text/plain;charset=UTF-8"],
      ],
      redirect: "manual",
    });
    expect(body).toBe('{"n":1}');
  });

  test.each([
    ["an ArrayBuffer", "new Uint8Array([1, 2, 3]).buffer", [1, 2, 3]],
    ["a view", "new Uint8Array([1, 2, 3, 4]).subarray(1, 3)", [2, 3]],
    ["a Buffer", "Buffer.from('hi')", [104, 105]],
    ["URLSearchParams", "new URLSearchParams({ a: 'b c' })", [...Buffer.from("a=b+c")]],
    [
      "a stream",
      "new ReadableStream({ start(c) { c.enqueue(new Uint8Array([7])); c.enqueue(new Uint8Array([8])); c.close(); } })",
      [7, 8],
    ],
  ])("takes %s as its body", async (_, body, bytes) => {
    guest.hostFunctions.set("http.fetch", (call) => ({ text: JSON.stringify(head), bytes: call.bytes as Uint8Array }));
    expect(
      await guest.run(
        `return [...await (await fetch('http://a/', { method: 'PUT', body: ${body}, duplex: 'half' })).bytes()];`,
      ),
    ).toEqual(bytes);
  });

  test("the body can be read as a stream, once", async () => {
    guest.hostFunctions.set("http.fetch", () => ({ text: JSON.stringify(head), bytes: Buffer.from("streamed") }));
    expect(
      await guest.run(`
        const response = await fetch('http://a/');
        let text = '';
        const decoder = new TextDecoder();
        for await (const chunk of response.body) text += decoder.decode(chunk, { stream: true });
        let second;
        try { await response.text(); } catch (error) { second = error.name; }
        return [text, second];`),
    ).toEqual(["streamed", "TypeError"]);
  });

  test("an answer without a body has none", async () => {
    guest.hostFunctions.set("http.fetch", () => ({ text: JSON.stringify({ ...head, status: 204 }) }));
    expect(await guest.run("const r = await fetch('http://a/'); return [r.status, r.body, await r.text()];")).toEqual([
      204,
      null,
      "",
    ]);
  });

  test.each([
    ["before it starts", "AbortSignal.abort()", "AbortError"],
    ["by a timeout", "AbortSignal.timeout(5)", "TimeoutError"],
    [
      "by a controller",
      "(() => { const c = new AbortController(); setTimeout(() => c.abort(), 2); return c.signal; })()",
      "AbortError",
    ],
  ])("can be given up %s", async (_, signal, name) => {
    guest.hostFunctions.set("http.fetch", () => new Promise<HostReply>(() => {}));
    expect(
      await guest.run(`try { await fetch('http://a/', { signal: ${signal} }); } catch (error) { return error.name; }`),
    ).toBe(name);
  });

  test.each([
    ["a relative address", "'/x'", "Failed to parse URL from /x"],
    ["a password in the address", "'http://u:p@a/'", "credentials"],
    ["a body with GET", "'http://a/', { body: 'x' }", "cannot have a body"],
    ["a header that breaks the line", "'http://a/', { headers: { a: 'x\\r\\ny: z' } }", "not valid"],
    ["a header name with a space", "'http://a/', { headers: { 'a b': 'x' } }", "not a valid header name"],
    ["a method with a line break", "'http://a/', { method: 'GET\\r\\n' }", "not a valid HTTP method"],
  ])("%s is refused before it is sent", async (_, args, part) => {
    expect(
      await guest.run(`try { await fetch(${args}); } catch (error) { return [error.name, error.message]; }`),
    ).toEqual(["TypeError", expect.stringContaining(part)]);
    expect(guest.sent.some(({ name }) => name === "http.fetch")).toBe(false);
  });
});

describe("crypto", () => {
  test("random values fill what they are given and differ", async () => {
    expect(
      await guest.run(`
        const array = crypto.getRandomValues(new Uint32Array(8));
        const large = crypto.getRandomValues(new Uint8Array(65536));
        const ids = new Set(Array.from({ length: 500 }, () => crypto.randomUUID()));
        return [array.some((n) => n > 0), new Set(large).size, ids.size, [...ids].every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id))];`),
    ).toEqual([true, 256, 500, true]);
  });

  test.each([
    ["too many bytes", "crypto.getRandomValues(new Uint8Array(65537))", "QuotaExceededError"],
    ["floats", "crypto.getRandomValues(new Float64Array(1))", "TypeMismatchError"],
    ["no array", "crypto.getRandomValues([1])", "TypeError"],
    ["an unknown digest", "await crypto.subtle.digest('MD4', new Uint8Array(1))", "NotSupportedError"],
    [
      "an unknown key algorithm",
      "await crypto.subtle.importKey('raw', new Uint8Array(1), 'AES-GCM', false, ['encrypt'])",
      "NotSupportedError",
    ],
    [
      "a key that may not sign",
      "await crypto.subtle.sign('HMAC', await crypto.subtle.importKey('raw', new Uint8Array(1), { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']), new Uint8Array(1))",
      "InvalidAccessError",
    ],
    [
      "a key that may not be exported",
      "await crypto.subtle.exportKey('raw', await crypto.subtle.importKey('raw', new Uint8Array(1), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']))",
      "InvalidAccessError",
    ],
    ["a made-up key", "await crypto.subtle.sign('HMAC', {}, new Uint8Array(1))", "TypeError"],
    ["a key made by hand", "new CryptoKey()", "TypeError"],
  ])("%s: %s is refused", async (_, code, name) => {
    expect(await guest.run(`try { ${code}; } catch (error) { return error.name; }`)).toBe(name);
  });

  test("digests and HMACs are those of published examples", async () => {
    expect(
      await guest.run(`
        const bytes = (text) => new TextEncoder().encode(text);
        const hex = (buffer) => Buffer.from(buffer).toString('hex');
        const key = await crypto.subtle.importKey('raw', bytes("It's a Secret to Everybody"), { name: 'HMAC', hash: { name: 'SHA-256' } }, false, ['sign', 'verify']);
        const signature = await crypto.subtle.sign('HMAC', key, bytes('Hello, World!'));
        const wrong = new Uint8Array(signature.slice(0)); wrong[31] ^= 1;
        return [
          hex(await crypto.subtle.digest('SHA-1', bytes('abc'))),
          hex(await crypto.subtle.digest({ name: 'sha-256' }, bytes('abc').buffer)),
          hex(signature),
          await crypto.subtle.verify('HMAC', key, signature, bytes('Hello, World!')),
          await crypto.subtle.verify('HMAC', key, wrong, bytes('Hello, World!')),
          await crypto.subtle.verify('HMAC', key, new Uint8Array(0), bytes('Hello, World!')),
          key.algorithm, key.type, key.usages,
        ];`),
    ).toEqual([
      "a9993e364706816aba3e25717850c26c9cd0d89d",
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
      "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
      true,
      false,
      false,
      { name: "HMAC", hash: { name: "SHA-256" }, length: 208 },
      "secret",
      ["sign", "verify"],
    ]);
  });
});
