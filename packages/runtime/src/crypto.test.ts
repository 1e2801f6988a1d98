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
      "await crypto.subtle.importKey('raw', new Uint8Array(1), 'DES', false, ['encrypt'])",
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
