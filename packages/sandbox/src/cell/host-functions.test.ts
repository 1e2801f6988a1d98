import { generateKeyPairSync, randomBytes } from "node:crypto";
import { CRYPTO_LIMITS, HOST_CALLS } from "@sluice/core";
import { callHostFunction, runTask } from "./host-functions.ts";

const { op } = HOST_CALLS["crypto.compute"];
interface Pair {
  readonly privateKey: Buffer;
  readonly publicKey: Buffer;
}
const DER = {
  privateKeyEncoding: { type: "pkcs8", format: "der" },
  publicKeyEncoding: { type: "spki", format: "der" },
} as const;

function compute(request: object, ...parts: readonly Uint8Array[]): Uint8Array | string {
  const text = JSON.stringify({ parts: parts.map(({ length }) => length), ...request });
  return callHostFunction(op, text, Buffer.concat(parts));
}

function task(request: object, ...parts: readonly Uint8Array[]): Promise<Uint8Array | string> {
  return runTask(JSON.stringify({ parts: parts.map(({ length }) => length), ...request }), Buffer.concat(parts));
}

const bytes = (count: number) => new Uint8Array(count);
const read = { do: "key", from: "pkcs8", as: "private", to: "pkcs8" };
const tooLarge = generateKeyPairSync("rsa", { modulusLength: 4_104, ...DER }) as unknown as Pair;
const elliptic = generateKeyPairSync("ec", { namedCurve: "P-256", ...DER }) as unknown as Pair;

describe("a call that no prelude would make is refused with a word", () => {
  test.each([
    ["no JSON", callHostFunction(op, "{", bytes(0)), "bad-request"],
    ["null", callHostFunction(op, "null", bytes(0)), "bad-request"],
    ["no parts", callHostFunction(op, '{"do":"digest","hash":"sha256"}', bytes(0)), "bad-request"],
    ["an unknown call", callHostFunction(9_999, "{}", bytes(0)), "bad-request"],
    ["unknown work", compute({ do: "think" }), "bad-request"],
    [
      "a part that is longer than the bytes",
      compute({ do: "digest", hash: "sha256", parts: [2] }, bytes(1)),
      "bad-request",
    ],
    ["a part of negative length", compute({ do: "digest", hash: "sha256", parts: [-1] }, bytes(1)), "bad-request"],
    ["a missing part", compute({ do: "hmac", hash: "sha256" }, bytes(1)), "bad-request"],
    ["a hash by an inherited name", compute({ do: "digest", hash: "constructor" }, bytes(1)), "bad-request"],
    ["a hash that is an object", compute({ do: "digest", hash: ["sha256"] }, bytes(1)), "bad-request"],
    [
      "a cipher that is not listed",
      compute({ do: "cipher", cipher: "des-ede3-cbc", encrypt: true }, bytes(24), bytes(8), bytes(8)),
      "bad-request",
    ],
    [
      "a key of the wrong size",
      compute({ do: "cipher", cipher: "aes-128-cbc", encrypt: true }, bytes(1), bytes(16), bytes(16)),
      "failed",
    ],
    ["too much data", callHostFunction(op, "{}", bytes(HOST_CALLS["crypto.compute"].maxArgBytes)), "too-costly"],
    ["a curve that is not listed", compute({ do: "generate", type: "ec", curve: "sect571r1" }), "bad-request"],
    ["garbage for a key", compute(read, randomBytes(100)), "bad-key"],
    ["a public key for a private one", compute(read, elliptic.publicKey), "bad-key"],
    ["an RSA key beyond the bound", compute(read, tooLarge.privateKey), "unsupported-key"],
    [
      "a signature with it",
      compute(
        { do: "sign", hash: "sha256", padding: "pkcs1", saltLength: 0, encoding: "der" },
        tooLarge.privateKey,
        bytes(1),
      ),
      "unsupported-key",
    ],
    ["a key that is too long to look at", compute(read, bytes(CRYPTO_LIMITS.keyBytesMax + 1)), "unsupported-key"],
    [
      "PBKDF2 beyond the bound",
      compute({ do: "pbkdf2", hash: "sha256", iterations: 50_001, length: 32 }, bytes(1), bytes(1)),
      "too-costly",
    ],
    [
      "PBKDF2 of many blocks",
      compute({ do: "pbkdf2", hash: "sha256", iterations: 100, length: 60_000 }, bytes(1), bytes(1)),
      "too-costly",
    ],
    [
      "PBKDF2 of a hash that is four times as slow",
      compute({ do: "pbkdf2", hash: "sha3-512", iterations: 12_501, length: 64 }, bytes(1), bytes(1)),
      "too-costly",
    ],
    [
      "PBKDF2 of no number",
      compute({ do: "pbkdf2", hash: "sha256", iterations: "1", length: 32 }, bytes(1), bytes(1)),
      "bad-request",
    ],
  ])("%s", (_what, result, expected) => {
    expect(result).toBe(expected);
  });

  test.each([
    [
      "PBKDF2 beyond the bound",
      task({ do: "pbkdf2", hash: "sha256", iterations: 1e9, length: 32 }, bytes(1), bytes(1)),
      "too-costly",
    ],
    [
      "scrypt that takes long",
      task({ do: "scrypt", cost: 2 ** 15, blockSize: 8, parallelization: 64, length: 32 }, bytes(1), bytes(1)),
      "too-costly",
    ],
    [
      "scrypt that takes much memory",
      task({ do: "scrypt", cost: 2 ** 17, blockSize: 8, parallelization: 1, length: 32 }, bytes(1), bytes(1)),
      "too-costly",
    ],
    ["an RSA key that is too long", task({ do: "generate-rsa", bits: 16_384, exponent: 65_537 }), "bad-request"],
    ["an even exponent", task({ do: "generate-rsa", bits: 2_048, exponent: 4 }), "bad-request"],
    ["what is no task", task({ do: "digest", hash: "sha256" }, bytes(1)), "bad-request"],
  ])("as a task: %s", async (_what, result, expected) => {
    expect(await result).toBe(expected);
  });
});

test("a private key that asks for two thousand million rounds of its passphrase is refused at once", () => {
  const sealed = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    publicKeyEncoding: { type: "spki", format: "der" },
    privateKeyEncoding: { type: "pkcs8", format: "der", cipher: "aes-256-cbc", passphrase: "" },
  }).privateKey as unknown as Buffer;
  // 02 02 08 00 = 2048; the number grows by two bytes, and so does every sequence around it.
  const at = sealed.indexOf(Buffer.from("02020800", "hex"));
  const rounds = Buffer.concat([sealed.subarray(0, at), Buffer.from("02047fffffff", "hex"), sealed.subarray(at + 4)]);
  for (let open = 0; open < at; open++) {
    const [tag, length = 0] = [rounds[open], rounds[open + 1]];
    if (tag === 0x30 && length < 0x80 && open + 2 + length >= at + 4) rounds[open + 1] = length + 2;
    else if (tag === 0x30 && length === 0x81) rounds[open + 2] = (rounds[open + 2] ?? 0) + 2;
  }
  expect(at).toBeGreaterThan(0);
  const pem = `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${rounds.toString("base64")}\n-----END ENCRYPTED PRIVATE KEY-----\n`;
  expect(compute(read, rounds)).toBe("bad-key");
  expect(compute({ ...read, from: "pem" }, Buffer.from(pem))).toBe("bad-key");
});

test("as many rounds as the bound allows are derived at once, of every hash", () => {
  for (const [hash, iterations] of [
    ["sha256", 49_999],
    ["sha512", 49_999],
    ["ripemd160", 24_999],
    ["sha3-512", 12_499],
    ["blake2s256", 12_499],
  ] as const) {
    const derived = compute({ do: "pbkdf2", hash, iterations, length: 16 }, bytes(1), bytes(1));
    expect([hash, derived.length]).toEqual([hash, 16]);
    const more = { do: "pbkdf2", hash, iterations: iterations + 2, length: 16 };
    expect([hash, compute(more, bytes(1), bytes(1))]).toEqual([hash, "too-costly"]);
  }
});

test("a salt of megabytes counts for every block that begins with it, in PBKDF2 and in scrypt", async () => {
  const [password, salt] = [bytes(8), bytes(200_000)];
  expect(compute({ do: "pbkdf2", hash: "md5", iterations: 1, length: 65_536 }, password, salt)).toBe("too-costly");
  const scrypt = { do: "scrypt", cost: 2, blockSize: 2 ** 10, parallelization: 2 ** 8, length: 65_536 };
  expect(await task(scrypt, password, salt)).toBe("too-costly");
  const wrap = { do: "cipher", cipher: "id-aes256-wrap", encrypt: true };
  expect(compute(wrap, bytes(32), bytes(8), bytes(2 ** 20))).toBe("too-costly");
});

test("an RSA key whose numbers are longer than its modulus is refused", () => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const jwk = privateKey.export({ format: "jwk" });
  const swollen = {
    ...jwk,
    dp: Buffer.alloc(200, 0x7f).toString("base64url"),
    dq: Buffer.alloc(200, 0x7f).toString("base64url"),
  };
  expect(["unsupported-key", "bad-key"]).toContain(
    compute({ ...read, from: "jwk" }, Buffer.from(JSON.stringify(swollen))),
  );
});
