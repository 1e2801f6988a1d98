import nodeCrypto, { generateKeyPairSync } from "node:crypto";
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

interface Pair {
  readonly privateKey: string;
  readonly publicKey: string;
}
const PEM = {
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
} as const;
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048, ...PEM }) as unknown as Pair;
const ec = generateKeyPairSync("ec", { namedCurve: "P-384", ...PEM }) as unknown as Pair;
const ed = generateKeyPairSync("ed25519", PEM) as unknown as Pair;

describe("keys and signatures", () => {
  const forms = [
    ["RSA", rsa, "sha256", {}],
    ["RSA-PSS", rsa, "sha512", { padding: nodeCrypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }],
    ["ECDSA", ec, "sha384", {}],
    ["ECDSA, IEEE form", ec, "sha256", { dsaEncoding: "ieee-p1363" }],
    ["Ed25519", ed, null, {}],
  ] as const;

  test.each(forms)(
    "%s: Node takes the guest's signature and the guest takes Node's",
    async (_name, pair, hash, options) => {
      const ours = nodeCrypto.sign(hash, Buffer.from("data"), { key: pair.privateKey, ...options });
      const code = `
      const crypto = require('crypto');
      const { pair, hash, options, ours } = event;
      const check = (data) => crypto.verify(hash, Buffer.from(data), { key: pair.publicKey, ...options }, Buffer.from(ours, 'base64'));
      return [check('data'), check('other'), crypto.sign(hash, Buffer.from('data'), { key: pair.privateKey, ...options }).toString('base64')];`;
      const event = { pair, hash, options, ours: ours.toString("base64") };
      const [right, wrong, theirs] = (await guest.run(code, event)) as [boolean, boolean, string];
      expect([right, wrong]).toEqual([true, false]);
      const signature = Buffer.from(theirs, "base64");
      expect(nodeCrypto.verify(hash, Buffer.from("data"), { key: pair.publicKey, ...options }, signature)).toBe(true);
    },
  );

  test.each([
    [
      "PEM and DER of a private key",
      "const k = crypto.createPrivateKey(event.rsa.privateKey); return [k.export({ type: 'pkcs1', format: 'pem' }), k.export({ type: 'pkcs8', format: 'der' }), k.asymmetricKeyDetails, k.type]",
    ],
    [
      "PEM of an EC key",
      "const k = crypto.createPrivateKey(event.ec.privateKey); return [k.export({ type: 'sec1', format: 'pem' }), k.asymmetricKeyType, k.asymmetricKeyDetails]",
    ],
    [
      "JWK",
      "return [crypto.createPrivateKey(event.ec.privateKey).export({ format: 'jwk' }), crypto.createPublicKey({ key: crypto.createPublicKey(event.ed.publicKey).export({ format: 'jwk' }), format: 'jwk' }).export({ type: 'spki', format: 'pem' })]",
    ],
    [
      "the public key of a private one",
      "return crypto.createPublicKey(event.rsa.privateKey).export({ type: 'pkcs1', format: 'pem' })",
    ],
    [
      "a streaming signature",
      "const s = crypto.createSign('RSA-SHA256'); s.update('a'); s.update('b'); return s.sign(event.rsa.privateKey, 'hex')",
    ],
    [
      "a secret key",
      "const k = crypto.createSecretKey('736563726574', 'hex'); return [k.export(), k.symmetricKeySize, k.type, k.export({ format: 'jwk' }), k.equals(crypto.createSecretKey(Buffer.from('secret')))]",
    ],
    [
      "private encryption",
      "return crypto.publicDecrypt(event.rsa.publicKey, crypto.privateEncrypt(event.rsa.privateKey, Buffer.from('x')))",
    ],
    [
      "OAEP",
      "return crypto.privateDecrypt({ key: event.rsa.privateKey, oaepHash: 'sha256' }, crypto.publicEncrypt({ key: event.rsa.publicKey, oaepHash: 'sha256' }, Buffer.from('x')))",
    ],
    ["garbage for a private key", "return crypto.createPrivateKey('garbage')"],
    ["no key", "return crypto.createPrivateKey(undefined)"],
    [
      "a public key to sign with",
      "return crypto.sign('sha256', Buffer.from('a'), crypto.createPublicKey(event.rsa.publicKey))",
    ],
    [
      "a secret key to sign with",
      "return crypto.sign('sha256', Buffer.from('a'), crypto.createSecretKey(Buffer.from('a')))",
    ],
    ["keys that are the same", "const k = () => crypto.createPublicKey(event.rsa.publicKey); return k().equals(k())"],
  ])("%s: as in Node", async (_what, code) => {
    const [here, there] = await inBoth(guest, code, { rsa, ec, ed });
    expect(here).toEqual(there);
  });

  test("keys of different kinds are not equal, and garbage is no key", async () => {
    const code = `
      const crypto = require('crypto');
      const [one, other] = [event.rsa, event.ec].map((key) => crypto.createPublicKey(key.publicKey));
      let garbage;
      try { crypto.createPublicKey('-----BEGIN PUBLIC KEY-----\\nAAAA\\n-----END PUBLIC KEY-----'); } catch (error) { garbage = error.code; }
      return [one.equals(other), garbage];`;
    expect(await guest.run(code, { rsa, ec })).toEqual([false, "ERR_OSSL_UNSUPPORTED"]);
  });

  test("a key under a passphrase passes in both directions, old form included", async () => {
    const encoding = { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "open" } as const;
    const plain = { type: "pkcs8", format: "pem" } as const;
    const old = { type: "pkcs1", format: "pem", cipher: "aes-128-cbc", passphrase: "open" } as const;
    const key = nodeCrypto.createPrivateKey(rsa.privateKey);
    const event = { sealed: key.export(encoding), old: key.export(old) };
    const code = `
      const crypto = require('crypto');
      const key = crypto.createPrivateKey({ key: event.sealed, passphrase: 'open' });
      const tries = [{ key: event.sealed, passphrase: 'shut' }, { key: event.sealed }].map((one) => { try { crypto.createPrivateKey(one); return 'opened'; } catch (error) { return error.code; } });
      return [key.equals(crypto.createPrivateKey({ key: event.old, passphrase: 'open' })), tries, key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-192-cbc', passphrase: 'mine' })];`;
    const [same, tries, sealed] = (await guest.run(code, event)) as [boolean, string[], string];
    expect(same).toBe(true);
    // One time in some 256, what a wrong passphrase makes of it ends like a padding, and is then no key that one knows.
    expect(tries).toEqual([expect.stringMatching(/^ERR_OSSL_(BAD_DECRYPT|UNSUPPORTED)$/), "ERR_MISSING_PASSPHRASE"]);
    expect(nodeCrypto.createPrivateKey({ key: sealed, passphrase: "mine" }).export(plain)).toBe(key.export(plain));
  });

  test("key pairs are made, RSA later alone", async () => {
    const code = `
      const crypto = require('crypto');
      const pem = { publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } };
      const rsa = await new Promise((ok) => crypto.generateKeyPair('rsa', { modulusLength: 2048, ...pem }, (error, publicKey, privateKey) => ok({ publicKey, privateKey })));
      let now; try { crypto.generateKeyPairSync('rsa', { modulusLength: 2048 }); } catch (error) { now = error.code; }
      const own = crypto.createECDH('secp256k1'); const point = own.generateKeys('hex', 'uncompressed');
      const peer = crypto.createECDH('secp256k1'); peer.generateKeys();
      const same = own.computeSecret(peer.getPublicKey()).equals(peer.computeSecret(point, 'hex'));
      return { rsa, ec: crypto.generateKeyPairSync('ec', { namedCurve: 'secp256k1', ...pem }), now, same };`;
    const made = (await guest.run(code)) as Record<"rsa" | "ec", typeof rsa> & { now: string; same: boolean };
    for (const pair of [made.rsa, made.ec]) {
      const signature = nodeCrypto.sign("sha256", Buffer.from("a"), pair.privateKey);
      expect(nodeCrypto.verify("sha256", Buffer.from("a"), pair.publicKey, signature)).toBe(true);
    }
    expect([made.now, made.same]).toEqual(["ERR_CRYPTO_UNSUPPORTED_OPERATION", true]);
  });
});

describe("random values", () => {
  test.each([
    ["a negative size", "return crypto.randomBytes(-1)"],
    ["a size in words", "return crypto.randomBytes('1')"],
    ["an empty range", "return crypto.randomInt(5, 5)"],
    ["a range that is too wide", "return crypto.randomInt(2 ** 49)"],
    ["no buffer to fill", "return crypto.randomFillSync('a')"],
    ["an offset beyond the end", "return crypto.randomFillSync(Buffer.alloc(1), 2)"],
    [
      "equal bytes",
      "return [crypto.timingSafeEqual(Buffer.from('a'), Buffer.from('a')), crypto.timingSafeEqual(Buffer.from('a'), Buffer.from('b'))]",
    ],
    ["bytes of different lengths", "return crypto.timingSafeEqual(Buffer.from('a'), Buffer.from('ab'))"],
    ["text to compare", "return crypto.timingSafeEqual('a', 'a')"],
    [
      "one value",
      "return [crypto.randomInt(1), crypto.randomInt(7, 8), crypto.randomBytes(0).length, crypto.randomUUID().length]",
    ],
  ])("%s: as in Node", async (_what, code) => {
    const [here, there] = await inBoth(guest, code);
    expect(here).toEqual(there);
  });

  test("cover their range evenly and differ", async () => {
    const code = `
      const { randomInt, randomBytes } = require('crypto');
      const seen = new Array(6).fill(0);
      for (let at = 0; at < 6000; at++) seen[randomInt(6)] += 1;
      return [seen.every((count) => count > 700), new Set(randomBytes(100_000)).size, randomBytes(16).equals(randomBytes(16))];`;
    expect(await guest.run(code)).toEqual([true, 256, false]);
  });
});
