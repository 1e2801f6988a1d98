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

describe("hashes and codes are Node's", () => {
  test.each([
    "md5",
    "ripemd160",
    "sha1",
    "sha224",
    "SHA256",
    "RSA-SHA384",
    "sha512",
    "sha512-256",
    "sha3-256",
    "sha3-512",
    "blake2b512",
    "blake2s256",
  ])("%s of nothing, of little and of much, in one piece and in many", async (name) => {
    const [here, there] = await inBoth(
      guest,
      `
      const data = Buffer.alloc(100_000, 'abc');
      const many = crypto.createHash('${name}');
      for (let at = 0; at < data.length; at += 777) many.update(data.subarray(at, at + 777));
      return [
        crypto.createHash('${name}').digest('hex'),
        crypto.createHash('${name}').update('grün').update('b', 'latin1').digest('base64'),
        crypto.createHash('${name}').update(data).digest(),
        many.digest('hex'),
        crypto.createHmac('${name}', 'key').update('data').digest('base64url'),
        crypto.createHmac('${name}', data).update(data).digest('hex'),
      ];`,
    );
    expect(here).toEqual(there);
  });

  test("9 MiB are hashed as they come", async () => {
    const [here, there] = await inBoth(
      guest,
      `const long = crypto.createHash('sha256');
      for (let at = 0; at < 9; at++) long.update(Buffer.alloc(2 ** 20, at));
      return long.digest('hex');`,
    );
    expect(here).toEqual(there);
  });

  test("FIPS 180-4's example of a million letters comes out", async () => {
    expect(await guest.run("return require('crypto').createHash('sha256').update('a'.repeat(1e6)).digest('hex')")).toBe(
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
    );
  });

  test.each([
    ["an unknown hash", "return crypto.createHmac('md17', 'k')"],
    ["a hash of a number", "return crypto.createHash('sha256').update(1)"],
    ["a second digest", "const h = crypto.createHash('md5'); h.digest(); return h.digest()"],
    ["an update after the digest", "const h = crypto.createHash('md5'); h.digest(); return h.update('a')"],
    ["an HMAC without a key", "return crypto.createHmac('sha256')"],
    [
      "a copy",
      "const h = crypto.createHash('sha1').update('a'); const c = h.copy(); return [h.update('b').digest('hex'), c.digest('hex')]",
    ],
    ["the short form", "return [crypto.hash('sha256', 'a'), crypto.hash('sha1', Buffer.from('a'), 'base64')]"],
    ["shake", "return crypto.createHash('shake256', { outputLength: 50 }).update('a').digest('hex')"],
  ])("%s", async (_what, code) => {
    const [here, there] = await inBoth(guest, code);
    expect(here).toEqual(there);
  });

  test("a hash is a stream too", async () => {
    expect(
      await guest.run(`
        const hash = require('crypto').createHash('sha256');
        const done = new Promise((resolve) => hash.on('readable', () => { const data = hash.read(); if (data) resolve(data.toString('hex')); }));
        hash.write('a');
        hash.end('bc');
        return done;`),
    ).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });
});

describe("ciphers are Node's", () => {
  test.each(
    [128, 192, 256].flatMap((bits) => ["cbc", "ctr", "gcm", "ecb"].map((mode) => [`aes-${bits}-${mode}`, bits / 8])),
  )("%s in pieces of every kind", async (name, keyBytes) => {
    const [here, there] = await inBoth(
      guest,
      `
      const key = Buffer.alloc(${keyBytes}, 7);
      const iv = '${name}'.endsWith('ecb') ? null : Buffer.alloc('${name}'.endsWith('gcm') ? 12 : 16, 0xff);
      const text = 'grüße, '.repeat(50);
      const out = [];
      for (const size of [1, 15, 16, 17, 100, 1000]) {
        const seal = crypto.createCipheriv('${name}', key, iv);
        const bytes = Buffer.from(text);
        const pieces = [];
        for (let at = 0; at < bytes.length; at += size) pieces.push(seal.update(bytes.subarray(at, at + size)));
        pieces.push(seal.final());
        const open = crypto.createDecipheriv('${name}', key, iv);
        if (seal.getAuthTag && '${name}'.endsWith('gcm')) { out.push(seal.getAuthTag()); open.setAuthTag(seal.getAuthTag()); }
        const sealed = Buffer.concat(pieces);
        let clear = '';
        for (let at = 0; at < sealed.length; at += size) clear += open.update(sealed.subarray(at, at + size), undefined, 'utf8');
        out.push(sealed, clear + open.final('utf8') === text);
      }
      return out;`,
    );
    expect(here).toEqual(there);
  });

  test.each([8, 12, 16, 60])(
    "GCM with additional data and an iv of %d bytes, in one piece and in two",
    async (ivBytes) => {
      const [here, there] = await inBoth(
        guest,
        `
      const make = () => crypto.createCipheriv('aes-256-gcm', Buffer.alloc(32, 1), Buffer.alloc(${ivBytes}, 0xfe)).setAAD(Buffer.from('head'));
      const one = make(); const whole = Buffer.concat([one.update('a'.repeat(99)), one.final()]);
      const two = make(); const parts = Buffer.concat([two.update('a'.repeat(33)), two.update('a'.repeat(66)), two.final()]);
      const none = make(); none.final();
      return [whole, one.getAuthTag(), parts, two.getAuthTag(), none.getAuthTag()];`,
      );
      expect(here).toEqual(there);
    },
  );

  test("9 MiB pass", async () => {
    const [here, there] = await inBoth(
      guest,
      `
      const data = Buffer.alloc(9 * 2 ** 20, 'x');
      const hash = (bytes) => crypto.createHash('sha256').update(bytes).digest('hex');
      return ['aes-128-cbc', 'aes-128-ctr', 'aes-128-gcm'].map((name) => {
        const cipher = crypto.createCipheriv(name, Buffer.alloc(16), Buffer.alloc(16));
        const sealed = Buffer.concat([cipher.update(data), cipher.final()]);
        return [hash(sealed), name.endsWith('gcm') ? cipher.getAuthTag() : ''];
      });`,
    );
    expect(here).toEqual(there);
  });

  const decipher = "const d = crypto.createDecipheriv('aes-128-cbc', Buffer.alloc(16), Buffer.alloc(16));";
  test.each([
    ["a wrong key", "return crypto.createCipheriv('aes-128-cbc', Buffer.alloc(15), Buffer.alloc(16))"],
    ["a wrong iv", "return crypto.createCipheriv('aes-128-cbc', Buffer.alloc(16), Buffer.alloc(12))"],
    ["an unknown cipher", "return crypto.createCipheriv('rot13', Buffer.alloc(16), Buffer.alloc(16))"],
    ["half a block", `${decipher} d.update(Buffer.alloc(17)); return d.final()`],
    ["wrong padding", `${decipher} d.update(Buffer.alloc(32)); return d.final()`],
    ["no padding at all", `${decipher} d.setAutoPadding(false); return [d.update(Buffer.alloc(32)), d.final()]`],
    [
      "a wrong tag",
      "const d = crypto.createDecipheriv('aes-128-gcm', Buffer.alloc(16), Buffer.alloc(12)); d.setAuthTag(Buffer.alloc(16)); d.update('a'); return d.final()",
    ],
    [
      "no tag",
      "const d = crypto.createDecipheriv('aes-128-gcm', Buffer.alloc(16), Buffer.alloc(12)); d.update('a'); return d.final()",
    ],
    [
      "a short tag that was asked for",
      "const c = crypto.createCipheriv('aes-128-gcm', Buffer.alloc(16), Buffer.alloc(12), { authTagLength: 8 }); c.update('a'); c.final(); return c.getAuthTag()",
    ],
  ])("%s", async (_what, code) => {
    const [here, there] = await inBoth(guest, code);
    expect(here).toEqual(there);
  });
});

describe("derived keys are Node's", () => {
  test.each([
    ["PBKDF2, RFC 6070", "return crypto.pbkdf2Sync('password', 'salt', 4096, 20, 'sha1')"],
    ["PBKDF2 beyond what the cell does at once", "return crypto.pbkdf2Sync('p', 's', 30_000, 128, 'sha512')"],
    ["scrypt, RFC 7914", "return crypto.scryptSync('', '', 64, { N: 16, r: 1, p: 1 })"],
    ["scrypt with Node's defaults", "return crypto.scryptSync('password', 'salt', 32)"],
    ["scrypt with too little memory", "return crypto.scryptSync('a', 'b', 32, { N: 2 ** 20 })"],
    ["scrypt with an odd cost", "return crypto.scryptSync('a', 'b', 32, { N: 1000 })"],
    [
      "HKDF, RFC 5869",
      "return crypto.hkdfSync('sha256', Buffer.alloc(22, 0x0b), Buffer.from('000102030405060708090a0b0c', 'hex'), Buffer.from('f0f1f2f3f4f5f6f7f8f9', 'hex'), 42)",
    ],
    ["HKDF too long", "return crypto.hkdfSync('sha256', 'k', '', '', 255 * 32 + 1)"],
    ["no iterations", "return crypto.pbkdf2Sync('p', 's', 0, 20, 'sha1')"],
    ["an unknown digest", "return crypto.pbkdf2Sync('p', 's', 1, 20, 'x')"],
    [
      "later",
      "const later = (run) => new Promise((ok, no) => run((error, key) => (error ? no(error) : ok(key)))); return [await later((done) => crypto.pbkdf2('p', 's', 100_000, 32, 'sha256', done)), await later((done) => crypto.scrypt('p', 's', 32, { N: 1024 }, done)), await later((done) => crypto.hkdf('sha1', 'k', 's', 'i', 10, done))]",
    ],
  ])("%s", async (_what, code) => {
    const [here, there] = await inBoth(guest, code);
    expect(here).toEqual(there);
  });

  test("more iterations than a function may have are refused later too, by name", async () => {
    expect(
      await guest.run(`
        return new Promise((resolve) => require('crypto').pbkdf2('p', 's', 1e9, 32, 'sha256', (error) => resolve([error.name, error.code])));`),
    ).toEqual(["RangeError", "ERR_OUT_OF_RANGE"]);
  });
});
