import { bundlePrelude } from "./index.ts";
import { GuestHarness } from "./testing/harness.ts";
import { inBoth } from "./testing/same-in-node.ts";

let prelude: string;
let guest: GuestHarness;

beforeAll(async () => {
  prelude = await bundlePrelude();
});

beforeEach(() => {
  guest = new GuestHarness(prelude);
});

async function both(code: string, event?: unknown): Promise<[unknown, unknown]> {
  const [here, there] = await inBoth(guest, code, event);
  // The standards' errors have a name; the codes of Node's TypeErrors are its own.
  const plain = (result: unknown) => (isTypeError(result) ? { name: "TypeError" } : result);
  return [plain(here), plain(there)];
}

function isTypeError(result: unknown): boolean {
  return (result as { name?: unknown } | undefined)?.name === "TypeError";
}

const ALL = ["encrypt", "decrypt", "sign", "verify", "deriveKey", "deriveBits", "wrapKey", "unwrapKey"];
const KEYS = `
  const raw = (name, usages, size = 16) => subtle.importKey('raw', new Uint8Array(size).fill(5), name, true, usages);
  const pair = () => subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits']);
  const ec = { kty: 'EC', crv: 'P-256', x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU', y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0', d: 'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI' };
  const importEc = (changes, usages = ['sign'], extractable = true) => subtle.importKey('jwk', { ...ec, ...changes }, { name: 'ECDSA', namedCurve: 'P-256' }, extractable, usages);`;

describe("results and errors are Node's", () => {
  test.each([
    [
      "CBC",
      "const k = await raw('AES-CBC', ['encrypt', 'decrypt']); const a = { name: 'AES-CBC', iv: new Uint8Array(16) }; const e = await subtle.encrypt(a, k, Buffer.alloc(33)); return [e, await subtle.decrypt(a, k, e)]",
    ],
    [
      "CBC of something else",
      "return subtle.decrypt({ name: 'AES-CBC', iv: new Uint8Array(16) }, await raw('AES-CBC', ['decrypt']), new Uint8Array(32))",
    ],
    [
      "CBC with a short iv",
      "return subtle.encrypt({ name: 'AES-CBC', iv: new Uint8Array(15) }, await raw('AES-CBC', ['encrypt']), new Uint8Array(1))",
    ],
    [
      "CTR whose counter wraps",
      "return subtle.encrypt({ name: 'AES-CTR', counter: new Uint8Array(16).fill(255), length: 2 }, await raw('AES-CTR', ['encrypt']), new Uint8Array(64))",
    ],
    [
      "CTR whose counter would repeat",
      "return subtle.encrypt({ name: 'AES-CTR', counter: new Uint8Array(16), length: 2 }, await raw('AES-CTR', ['encrypt']), new Uint8Array(65))",
    ],
    [
      "CTR with no counter",
      "return subtle.encrypt({ name: 'AES-CTR', counter: new Uint8Array(16), length: 0 }, await raw('AES-CTR', ['encrypt']), new Uint8Array(1))",
    ],
    [
      "GCM with short tags",
      "const k = await raw('AES-GCM', ['encrypt', 'decrypt']); const a = { name: 'AES-GCM', iv: new Uint8Array(12), tagLength: 96 }; const e = await subtle.encrypt(a, k, Buffer.from('abc')); return [e, await subtle.decrypt(a, k, e)]",
    ],
    [
      "GCM that was changed",
      "return subtle.decrypt({ name: 'AES-GCM', iv: new Uint8Array(12) }, await raw('AES-GCM', ['decrypt']), new Uint8Array(20))",
    ],
    [
      "GCM shorter than its tag",
      "return subtle.decrypt({ name: 'AES-GCM', iv: new Uint8Array(12) }, await raw('AES-GCM', ['decrypt']), new Uint8Array(2))",
    ],
    [
      "GCM with an odd tag",
      "return subtle.encrypt({ name: 'AES-GCM', iv: new Uint8Array(12), tagLength: 33 }, await raw('AES-GCM', ['encrypt']), new Uint8Array(2))",
    ],
    [
      "GCM without an iv",
      "return subtle.encrypt({ name: 'AES-GCM' }, await raw('AES-GCM', ['encrypt']), new Uint8Array(2))",
    ],
    ["an AES key of 17 bytes", "return raw('AES-GCM', ['encrypt'], 17)"],
    ["an AES key that signs", "return raw('AES-GCM', ['sign'])"],
    ["a usage that does not exist", "return raw('AES-GCM', ['fly'])"],
    ["a key without usages", "return raw('AES-GCM', [])"],
    [
      "a format that does not exist",
      "return subtle.importKey('pem', new Uint8Array(16), 'AES-GCM', true, ['encrypt'])",
    ],
    ["a format that does not fit", "return subtle.importKey('spki', new Uint8Array(16), 'AES-GCM', true, ['encrypt'])"],
    [
      "a key for another algorithm",
      "return subtle.encrypt({ name: 'AES-CBC', iv: new Uint8Array(16) }, await raw('AES-GCM', ['encrypt']), new Uint8Array(1))",
    ],
    [
      "a key that may not",
      "return subtle.encrypt({ name: 'AES-CBC', iv: new Uint8Array(16) }, await raw('AES-CBC', ['decrypt']), new Uint8Array(1))",
    ],
    ["an AES length", "return subtle.generateKey({ name: 'AES-GCM', length: 100 }, true, ['encrypt'])"],
    [
      "an HMAC JWK",
      "return subtle.exportKey('jwk', await subtle.importKey('jwk', { kty: 'oct', k: 'c2VjcmV0', alg: 'HS256', use: 'sig' }, { name: 'HMAC', hash: 'SHA-256' }, true, ['sign']))",
    ],
    [
      "an HMAC JWK of another hash",
      "return subtle.importKey('jwk', { kty: 'oct', k: 'c2VjcmV0', alg: 'HS512' }, { name: 'HMAC', hash: 'SHA-256' }, true, ['sign'])",
    ],
    ["an empty HMAC key", "return raw({ name: 'HMAC', hash: 'SHA-256' }, ['sign'], 0)"],
    [
      "a wrap that is too short",
      "return subtle.unwrapKey('raw', new Uint8Array(23), await raw('AES-KW', ['unwrapKey']), 'AES-KW', 'AES-CBC', true, ['encrypt'])",
    ],
    [
      "a wrap that was changed",
      "return subtle.unwrapKey('raw', new Uint8Array(24), await raw('AES-KW', ['unwrapKey']), 'AES-KW', 'AES-CBC', true, ['encrypt'])",
    ],
    ["an EC JWK", "return subtle.exportKey('jwk', await importEc({}))"],
    ["an EC JWK of another curve", "return importEc({ crv: 'P-384' })"],
    ["an EC JWK off the curve", "return importEc({ y: ec.x, d: undefined }, ['verify'])"],
    ["an EC JWK for encryption", "return importEc({ use: 'enc' })"],
    ["an EC JWK with other operations", "return importEc({ key_ops: ['verify'] })"],
    ["an EC JWK that is not extractable", "return importEc({ ext: false })"],
    ["an EC JWK of another kind", "return importEc({ kty: 'RSA' })"],
    ["a private key that verifies", "return importEc({}, ['verify'])"],
    [
      "garbage as pkcs8",
      "return subtle.importKey('pkcs8', new Uint8Array(30), { name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign'])",
    ],
    [
      "garbage as spki",
      "return subtle.importKey('spki', new Uint8Array(30), { name: 'RSA-PSS', hash: 'SHA-256' }, true, ['verify'])",
    ],
    [
      "a raw point off the curve",
      "return subtle.importKey('raw', new Uint8Array(65).fill(4), { name: 'ECDH', namedCurve: 'P-256' }, true, [])",
    ],
    [
      "a key that stays",
      "return subtle.exportKey('raw', await subtle.importKey('raw', new Uint8Array(16), 'AES-GCM', false, ['encrypt']))",
    ],
    [
      "a secret of too many bits",
      "const { publicKey, privateKey } = await pair(); return subtle.deriveBits({ name: 'ECDH', public: publicKey }, privateKey, 257)",
    ],
    [
      "a secret with the private key of the other",
      "const { privateKey } = await pair(); return subtle.deriveBits({ name: 'ECDH', public: privateKey }, privateKey, 8)",
    ],
    [
      "HKDF too long",
      "return subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: new Uint8Array() }, await subtle.importKey('raw', new Uint8Array(3), 'HKDF', false, ['deriveBits']), 8 * 255 * 32 + 8)",
    ],
    [
      "HKDF of half bytes",
      "return subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: new Uint8Array() }, await subtle.importKey('raw', new Uint8Array(3), 'HKDF', false, ['deriveBits']), 9)",
    ],
    [
      "PBKDF2 without iterations",
      "return subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt: new Uint8Array(), iterations: 0 }, await subtle.importKey('raw', new Uint8Array(3), 'PBKDF2', false, ['deriveBits']), 8)",
    ],
    ["an extractable password", "return subtle.importKey('raw', new Uint8Array(3), 'PBKDF2', true, ['deriveBits'])"],
    ["an unknown curve", "return subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-1' }, true, ['sign'])"],
    [
      "an even exponent",
      "return subtle.generateKey({ name: 'RSA-PSS', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([2]) }, true, ['sign'])",
    ],
    [
      "an exponent that is a number",
      "return subtle.generateKey({ name: 'RSA-PSS', hash: 'SHA-256', modulusLength: 2048, publicExponent: 3 }, true, ['sign'])",
    ],
    ["no algorithm", "return subtle.digest(undefined, new Uint8Array(1))"],
    ["no data", "return subtle.digest('SHA-256', 'text')"],
    ["an unknown algorithm", "return subtle.sign('MAGIC', await raw('AES-GCM', ['encrypt']), new Uint8Array(1))"],
  ])("%s", async (_what, code) => {
    const [here, there] = await both(`${KEYS} ${code}`);
    expect(here).toEqual(there);
  });

  test("where Node departs from the standard, the guest does not", async () => {
    const name = (code: string) =>
      guest.run(`const { subtle } = crypto; ${KEYS} try { ${code} } catch (error) { return error.name; }`);
    expect(await name("await subtle.exportKey('spki', (await pair()).privateKey)")).toBe("InvalidAccessError");
    expect(await name("await subtle.importKey('jwk', new Uint8Array(3), 'AES-GCM', true, ['encrypt'])")).toBe(
      "TypeError",
    );
  });

  test("every usage of every algorithm is allowed or refused as in Node", async () => {
    const [here, there] = await both(
      `const out = {};
      for (const name of ['AES-GCM', 'AES-KW', 'HKDF', 'PBKDF2', 'Ed25519', 'X25519', 'ECDSA', 'ECDH']) {
        for (const usage of event.usages) {
          const own = { name, length: 128, namedCurve: 'P-256' };
          const made = name === 'HKDF' || name === 'PBKDF2' ? subtle.importKey('raw', new Uint8Array(1), name, false, [usage]) : subtle.generateKey(own, true, [usage]);
          out[name + ' ' + usage] = await made.then((key) => key.usages ?? [key.publicKey.usages, key.privateKey.usages], (error) => error.name);
        }
      }
      return out;`,
      { usages: ALL },
    );
    expect(here).toEqual(there);
  });
});
