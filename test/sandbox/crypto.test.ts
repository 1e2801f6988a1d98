import { TrialPool, valueOf } from "./trial-pool.ts";

let trial: TrialPool;

beforeAll(async () => {
  trial = await TrialPool.start();
});

afterAll(async () => {
  await trial.pool.stop();
});

const neighbour = () => trial.define({ name: "neighbour", code: "exports.handler = async ({ n }) => n + 1;" });

/** Runs a program while a neighbour of the same tenant is called without a pause; every call must succeed. */
async function runBeside(code: string, timeoutMs: number) {
  const version = neighbour();
  await trial.run(version, { n: 0 });
  const state = { over: false };
  const hostile = trial.run(trial.define({ code, timeoutMs, memoryMb: 256 })).finally(() => {
    state.over = true;
  });
  for (let n = 0; !state.over || n === 0; n++) expect(valueOf(await trial.run(version, { n }))).toBe(n + 1);
  return hostile;
}

const TIMED_OUT = "Sandbox.Timedout";

describe("a guest that wants too much of the cell's cryptography harms itself alone", () => {
  test.each([
    [
      "ten million rounds of PBKDF2 at once",
      "exports.handler = () => require('crypto').pbkdf2Sync('p', 's', 1e7, 64, 'sha512').length",
      TIMED_OUT,
    ],
    [
      "an endless loop of derivations",
      "exports.handler = () => { for (;;) require('crypto').pbkdf2Sync('p', 's', 50_000, 32, 'sha512'); }",
      TIMED_OUT,
    ],
    [
      "scrypt at high cost",
      "exports.handler = () => require('crypto').scryptSync('p', 's', 64, { N: 2 ** 20, r: 1, maxmem: 2 ** 30 }).length",
      TIMED_OUT,
    ],
    [
      "hashing without an end",
      "const h = require('crypto').createHash('sha512'); exports.handler = () => { for (;;) h.update(Buffer.alloc(2 ** 20)); }",
      TIMED_OUT,
    ],
    [
      "signatures without an end",
      "const c = require('crypto'); const k = c.generateKeyPairSync('ec', { namedCurve: 'P-521' }); exports.handler = () => { for (;;) c.sign('sha512', Buffer.alloc(2 ** 20), k.privateKey); }",
      TIMED_OUT,
    ],
    [
      "a hundred thousand key pairs, not waited for",
      "exports.handler = () => { for (let n = 0; n < 1e5; n++) crypto.subtle.generateKey({ name: 'RSA-PSS', hash: 'SHA-256', modulusLength: 4096, publicExponent: new Uint8Array([1, 0, 1]) }, true, ['sign']).catch(() => {}); return new Promise(() => {}); }",
      TIMED_OUT,
    ],
  ])("%s", async (_what, code, errorType) => {
    const result = await runBeside(code, 1_500);
    expect(result.error?.errorType).toBe(errorType);
  });

  test("a flood of tasks leaves room for another function's", async () => {
    const flood =
      "const { pbkdf2 } = require('crypto'); exports.handler = () => { for (let n = 0; n < 2000; n++) pbkdf2('p', 's', 1e6, 32, 'sha256', () => {}); return new Promise(() => {}); }";
    const hostile = trial.run(trial.define({ code: flood, timeoutMs: 4_000 }));
    const one = trial.define({
      code: "exports.handler = () => new Promise((ok) => require('crypto').pbkdf2('p', 's', 1000, 4, 'sha1', (error, key) => ok(error?.code ?? key.length)));",
      timeoutMs: 10_000,
    });
    expect(valueOf(await trial.run(one))).toBe(4);
    expect((await hostile).error?.errorType).toBe(TIMED_OUT);
  });
});

test("RSA keys, PBKDF2 and scrypt come from the cell's threads, and their refusals have Node's codes", async () => {
  const code = `
    const { promisify } = { promisify: (f) => (...args) => new Promise((ok, no) => f(...args, (error, value) => (error ? no(error) : ok(value)))) };
    const crypto = require('crypto');
    exports.handler = async () => [
      (await promisify(crypto.generateKeyPair)('rsa', { modulusLength: 2048 })).asymmetricKeyDetails.modulusLength,
      (await promisify(crypto.pbkdf2)('password', 'salt', 4096, 20, 'sha1')).toString('hex'),
      (await promisify(crypto.scrypt)('', '', 16, { N: 16, r: 1, p: 1 })).toString('hex'),
      await promisify(crypto.pbkdf2)('p', 's', 1e9, 32, 'sha256').catch((error) => error.code),
      await promisify(crypto.scrypt)('p', 's', 32, { N: 2 ** 15, p: 64, maxmem: 2 ** 30 }).catch((error) => error.code),
    ];`;
  expect(valueOf(await trial.run(trial.define({ code, timeoutMs: 20_000 })))).toEqual([
    2048,
    "4b007901b765489abead49d926f721d065a429c1",
    "77d6576238657b203b19ca42c18a0497",
    "ERR_OUT_OF_RANGE",
    "ERR_OUT_OF_RANGE",
  ]);
});
