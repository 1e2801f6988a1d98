import type { webcrypto } from "node:crypto";
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

const HEX = `const hex = (text) => new Uint8Array(Buffer.from(text, 'hex'));`;
const shown = (code: string) => `${HEX} return Buffer.from(await (async () => { ${code} })()).toString('hex');`;

describe("examples of the specifications come out", () => {
  test.each([
    [
      "AES-GCM, NIST test case 4",
      `const key = await crypto.subtle.importKey('raw', hex('feffe9928665731c6d6a8f9467308308'), 'AES-GCM', false, ['encrypt']);
       return crypto.subtle.encrypt({ name: 'AES-GCM', iv: hex('cafebabefacedbaddecaf888'), additionalData: hex('feedfacedeadbeeffeedfacedeadbeefabaddad2') }, key,
         hex('d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39'));`,
      "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091" +
        "5bc94fbc3221a5db94fae95ae7121a47",
    ],
    [
      "AES-CTR, NIST SP 800-38A F.5.1",
      `const key = await crypto.subtle.importKey('raw', hex('2b7e151628aed2a6abf7158809cf4f3c'), 'AES-CTR', false, ['encrypt']);
       return crypto.subtle.encrypt({ name: 'AES-CTR', counter: hex('f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff'), length: 64 }, key, hex('6bc1bee22e409f96e93d7e117393172a'));`,
      "874d6191b620e3261bef6864990db6ce",
    ],
    [
      "AES-KW, RFC 3394 4.1",
      `const kek = await crypto.subtle.importKey('raw', hex('000102030405060708090a0b0c0d0e0f'), 'AES-KW', false, ['wrapKey']);
       const key = await crypto.subtle.importKey('raw', hex('00112233445566778899aabbccddeeff'), 'AES-CBC', true, ['encrypt']);
       return crypto.subtle.wrapKey('raw', key, kek, 'AES-KW');`,
      "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5",
    ],
    [
      "Ed25519, RFC 8032 test 2",
      `const key = await crypto.subtle.importKey('jwk', { kty: 'OKP', crv: 'Ed25519', x: 'PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw', d: 'TM0Imyj_ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U-4pvs' }, 'Ed25519', false, ['sign']);
       return crypto.subtle.sign('Ed25519', key, hex('72'));`,
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ],
    [
      "X25519, RFC 7748 6.1",
      `const own = await crypto.subtle.importKey('pkcs8', hex('302e020100300506032b656e042204205dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb'), 'X25519', false, ['deriveBits']);
       const peer = await crypto.subtle.importKey('raw', hex('8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a'), 'X25519', true, []);
       return crypto.subtle.deriveBits({ name: 'X25519', public: peer }, own, 256);`,
      "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742",
    ],
    [
      "HKDF, RFC 5869 A.1",
      `const key = await crypto.subtle.importKey('raw', new Uint8Array(22).fill(0x0b), 'HKDF', false, ['deriveBits']);
       return crypto.subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: hex('000102030405060708090a0b0c'), info: hex('f0f1f2f3f4f5f6f7f8f9') }, key, 336);`,
      "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    ],
    [
      "PBKDF2, RFC 6070",
      `const key = await crypto.subtle.importKey('raw', new TextEncoder().encode('password'), 'PBKDF2', false, ['deriveBits']);
       return crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-1', salt: new TextEncoder().encode('salt'), iterations: 4096 }, key, 160);`,
      "4b007901b765489abead49d926f721d065a429c1",
    ],
    [
      "HMAC, RFC 4231 case 2",
      `const key = await crypto.subtle.importKey('raw', new TextEncoder().encode('Jefe'), { name: 'HMAC', hash: 'SHA-512' }, false, ['sign']);
       return crypto.subtle.sign('HMAC', key, new TextEncoder().encode('what do ya want for nothing?'));`,
      "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
    ],
  ])("%s", async (_what, code, expected) => {
    expect(await guest.run(shown(code))).toBe(expected);
  });
});

interface KeyPair {
  readonly publicKey: webcrypto.CryptoKey;
  readonly privateKey: webcrypto.CryptoKey;
}
const ASYMMETRIC = [
  ["RSASSA-PKCS1-v1_5", { hash: "SHA-256" }, {}, ["sign", "verify"]],
  ["RSA-PSS", { hash: "SHA-512" }, { saltLength: 20 }, ["sign", "verify"]],
  ["ECDSA", { namedCurve: "P-256" }, { hash: "SHA-256" }, ["sign", "verify"]],
  ["ECDSA", { namedCurve: "P-384" }, { hash: "SHA-1" }, ["sign", "verify"]],
  ["ECDSA", { namedCurve: "P-521" }, { hash: "SHA-512" }, ["sign", "verify"]],
  ["Ed25519", {}, {}, ["sign", "verify"]],
] as const;

describe("signatures pass in both directions, with keys in every form", () => {
  test.each(ASYMMETRIC)("%s %j", async (name, own, scheme, usages) => {
    const node = globalThis.crypto.subtle;
    const rsa = { modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
    const algorithm = { name, ...own };
    const full = name.startsWith("RSA") ? { ...algorithm, ...rsa } : algorithm;
    const pair = (await node.generateKey(full, true, usages)) as unknown as KeyPair;
    const data = Buffer.from("data");
    const base64 = (bytes: ArrayBuffer) => Buffer.from(bytes).toString("base64");
    const event = {
      algorithm,
      scheme: { name, ...scheme },
      jwk: await node.exportKey("jwk", pair.privateKey),
      spki: base64(await node.exportKey("spki", pair.publicKey)),
      signature: base64(await node.sign({ name, ...scheme }, pair.privateKey, data)),
    };
    const result = (await guest.run(
      `const { subtle } = crypto; const bytes = (text) => Buffer.from(text, 'base64');
      const { algorithm, scheme, jwk, spki, signature } = event;
      const own = await subtle.importKey('jwk', jwk, algorithm, true, ['sign']);
      const again = await subtle.importKey('pkcs8', await subtle.exportKey('pkcs8', own), algorithm, true, ['sign']);
      const peer = await subtle.importKey('spki', bytes(spki), algorithm, true, ['verify']);
      const verify = (mark, data) => subtle.verify(scheme, peer, mark, Buffer.from(data));
      const mine = await subtle.sign(scheme, again, Buffer.from('data'));
      return { checks: [await verify(bytes(signature), 'data'), await verify(bytes(signature), 'datb'), await verify(new Uint8Array(3), 'data')],
        jwk: await subtle.exportKey('jwk', again), spki: Buffer.from(await subtle.exportKey('spki', peer)).toString('base64'),
        algorithm: { ...again.algorithm, publicExponent: undefined }, mine: Buffer.from(mine).toString('base64') };`,
      event,
    )) as { checks: boolean[]; jwk: object; spki: string; mine: string; algorithm: object };
    expect(result.checks).toEqual([true, false, false]);
    expect(result.jwk).toEqual({ ...event.jwk, key_ops: ["sign"] });
    expect(result.spki).toBe(event.spki);
    expect(result.algorithm).toEqual(
      JSON.parse(JSON.stringify({ ...pair.privateKey.algorithm, publicExponent: undefined })),
    );
    const mine = Buffer.from(result.mine, "base64");
    expect(await node.verify({ name, ...scheme }, pair.publicKey, mine, data)).toBe(true);
  });

  test("keys made in the guest sign, wrap, agree and encrypt among themselves", async () => {
    expect(
      await guest.run(`
        const { subtle } = crypto; const data = new Uint8Array([1, 2, 3]); const out = [];
        const same = (left, right) => Buffer.from(left).equals(Buffer.from(right));
        const rsa = await subtle.generateKey({ name: 'RSA-OAEP', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) }, false, ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey']);
        const oaep = { name: 'RSA-OAEP', label: new Uint8Array([9]) };
        out.push(same(await subtle.decrypt(oaep, rsa.privateKey, await subtle.encrypt(oaep, rsa.publicKey, data)), data));
        const aes = await subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, ['encrypt', 'decrypt']);
        const wrapped = await subtle.wrapKey('raw', aes, rsa.publicKey, 'RSA-OAEP');
        const back = await subtle.unwrapKey('raw', wrapped, rsa.privateKey, 'RSA-OAEP', 'AES-GCM', true, ['decrypt']);
        out.push(same(await subtle.exportKey('raw', back), await subtle.exportKey('raw', aes)));
        for (const algorithm of [{ name: 'ECDH', namedCurve: 'P-521' }, { name: 'ECDH', namedCurve: 'P-256' }, 'X25519']) {
          const [one, two] = [await subtle.generateKey(algorithm, true, ['deriveBits', 'deriveKey']), await subtle.generateKey(algorithm, true, ['deriveBits', 'deriveKey'])];
          const name = algorithm.name ?? algorithm;
          const left = await subtle.deriveBits({ name, public: two.publicKey }, one.privateKey, null);
          const peer = await subtle.importKey('raw', await subtle.exportKey('raw', one.publicKey), algorithm, true, []);
          out.push(same(left, await subtle.deriveBits({ name, public: peer }, two.privateKey, null)));
          const key = await subtle.deriveKey({ name, public: two.publicKey }, one.privateKey, { name: 'AES-CTR', length: 128 }, true, ['encrypt']);
          out.push(same(await subtle.exportKey('raw', key), left.slice(0, 16)));
        }
        return [out.every(Boolean), out.length, rsa.privateKey.extractable, rsa.publicKey.usages, rsa.privateKey.usages];`),
    ).toEqual([true, 8, false, ["encrypt", "wrapKey"], ["decrypt", "unwrapKey"]]);
  });
});

describe("users who play tricks", () => {
  test("members of an algorithm are read once, and data is copied before it is used", async () => {
    expect(
      await guest.run(`
        const reads = {};
        const counted = (object) => new Proxy(object, { get(target, key) { reads[String(key)] = (reads[String(key)] ?? 0) + 1; return target[key]; } });
        const data = new Uint8Array(16);
        const key = await crypto.subtle.importKey('raw', new Uint8Array(16), 'AES-CBC', true, ['encrypt']);
        const iv = new Uint8Array(16);
        const sealed = crypto.subtle.encrypt(counted({ name: 'AES-CBC', iv }), key, data);
        data.fill(1); iv.fill(1);
        const clean = await crypto.subtle.encrypt({ name: 'AES-CBC', iv: new Uint8Array(16) }, key, new Uint8Array(16));
        return [reads, Buffer.from(await sealed).equals(Buffer.from(clean))];`),
    ).toEqual([{ name: 1, iv: 1 }, true]);
  });

  test("an error in a getter is the user's own, as a rejection", async () => {
    expect(
      await guest.run(
        "return crypto.subtle.digest({ get name() { throw new RangeError('mine'); } }, new Uint8Array(1)).catch((error) => error.message)",
      ),
    ).toBe("mine");
  });

  test("what a key shows can be changed, and the key does not follow", async () => {
    expect(
      await guest.run(`
        const key = await crypto.subtle.importKey('raw', new Uint8Array(16), { name: 'HMAC', hash: 'SHA-256' }, true, ['verify']);
        key.usages.push('sign'); key.algorithm.name = 'AES-GCM';
        return crypto.subtle.sign('HMAC', key, new Uint8Array(1)).catch((error) => error.name);`),
    ).toBe("InvalidAccessError");
  });
});
