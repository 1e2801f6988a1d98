import { generateKeyPairSync } from "node:crypto";
import { jwtVerify, SignJWT } from "jose";
import jsonwebtoken from "jsonwebtoken";
import { describePackage, PackageTrial } from "./package-trial.ts";

let packages: PackageTrial;

beforeAll(async () => {
  packages = await PackageTrial.start();
});

afterAll(() => packages.stop());

interface Pair {
  readonly privateKey: string;
  readonly publicKey: string;
}
const PEM = {
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
} as const;
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048, ...PEM }) as unknown as Pair;
const ec = generateKeyPairSync("ec", { namedCurve: "P-256", ...PEM }) as unknown as Pair;
const secret = "a secret that is long enough for every algorithm, even for HS512, which wants 64 bytes of it";

const keys = (algorithm: string) => {
  if (algorithm.startsWith("HS")) return { privateKey: secret, publicKey: secret };
  return algorithm === "ES256" ? ec : rsa;
};

describePackage("jsonwebtoken", () => {
  test.each(["HS256", "HS384", "HS512", "RS256", "RS512", "PS256", "ES256"] as const)(
    "%s: the function takes our token, we take its own, and neither takes a changed one",
    async (algorithm) => {
      const { privateKey, publicKey } = keys(algorithm);
      const ours = jsonwebtoken.sign({ from: "outside" }, privateKey, { algorithm });
      const source = `
        import jwt from "jsonwebtoken";
        export const handler = async ({ token, privateKey, publicKey, algorithm }) => {
          const read = jwt.verify(token, publicKey, { algorithms: [algorithm] });
          let refused;
          try { jwt.verify(token.slice(0, -6) + "AAAAAA", publicKey, { algorithms: [algorithm] }); } catch (error) { refused = error.message; }
          return { from: read.from, refused, own: jwt.sign({ from: "inside" }, privateKey, { algorithm, expiresIn: "1h" }) };
        };`;
      const result = (await packages.run(source, { token: ours, privateKey, publicKey, algorithm })) as {
        own: string;
      };
      expect(result).toMatchObject({ from: "outside", refused: "invalid signature" });
      expect(jsonwebtoken.verify(result.own, publicKey, { algorithms: [algorithm] })).toMatchObject({ from: "inside" });
    },
  );

  test("asks for a key that fits, as on Node", async () => {
    const source = `
      import jwt from "jsonwebtoken";
      export const handler = async ({ publicKey }) => {
        const tries = [() => jwt.sign({}, publicKey, { algorithm: "RS256" }), () => jwt.sign({}, "short", { algorithm: "RS256" })];
        return tries.map((run) => { try { run(); return "signed"; } catch (error) { return error.message; } });
      };`;
    expect(await packages.run(source, { publicKey: rsa.publicKey })).toEqual([
      "secretOrPrivateKey must be an asymmetric key when using RS256",
      "secretOrPrivateKey must be an asymmetric key when using RS256",
    ]);
  });
});

describePackage("jose", () => {
  test.each(["HS256", "RS256", "PS256", "ES256"])("%s: tokens pass in both directions", async (alg) => {
    const { createPrivateKey, createPublicKey, createSecretKey } = await import("node:crypto");
    const { privateKey, publicKey } = keys(alg);
    const symmetric = alg.startsWith("HS");
    const signing = symmetric ? createSecretKey(Buffer.from(secret)) : createPrivateKey(privateKey);
    const checking = symmetric ? createSecretKey(Buffer.from(secret)) : createPublicKey(publicKey);
    const token = await new SignJWT({ from: "outside" }).setProtectedHeader({ alg }).sign(signing);
    const source = `
      import { importPKCS8, importSPKI, jwtVerify, SignJWT } from "jose";
      export const handler = async ({ token, alg, privateKey, publicKey, symmetric }) => {
        const bytes = new TextEncoder().encode(privateKey);
        const checking = symmetric ? bytes : await importSPKI(publicKey, alg);
        const signing = symmetric ? bytes : await importPKCS8(privateKey, alg);
        const { payload } = await jwtVerify(token, checking);
        return { from: payload.from, own: await new SignJWT({ from: "inside" }).setProtectedHeader({ alg }).setExpirationTime("1h").sign(signing) };
      };`;
    const result = await packages.run(source, { token, alg, privateKey, publicKey, symmetric });
    const { from, own } = result as { from: string; own: string };
    expect(from).toBe("outside");
    expect((await jwtVerify(own, checking)).payload["from"]).toBe("inside");
  });

  test("keys of its own making, as JWK, sign with Ed25519 and encrypt with ECDH-ES, RSA-OAEP-256 and a password", async () => {
    const source = `
      import { CompactEncrypt, compactDecrypt, exportJWK, generateKeyPair, importJWK, jwtVerify, SignJWT } from "jose";
      const text = (bytes) => new TextDecoder().decode(bytes);
      const sealed = async (alg, enc, key, open) => {
        const jwe = await new CompactEncrypt(new TextEncoder().encode(alg)).setProtectedHeader({ alg, enc }).encrypt(key);
        return text((await compactDecrypt(jwe, open, { keyManagementAlgorithms: [alg], maxPBES2Count: 10_000 })).plaintext);
      };
      export const handler = async () => {
        const signer = await generateKeyPair("EdDSA", { extractable: true });
        const key = await importJWK(await exportJWK(signer.privateKey), "EdDSA");
        const token = await new SignJWT({ ok: true }).setProtectedHeader({ alg: "EdDSA" }).sign(key);
        const ecdh = await generateKeyPair("ECDH-ES+A128KW");
        const rsa = await generateKeyPair("RSA-OAEP-256");
        const password = new TextEncoder().encode("correct horse");
        return [
          (await jwtVerify(token, signer.publicKey)).payload.ok,
          await sealed("ECDH-ES+A128KW", "A256GCM", ecdh.publicKey, ecdh.privateKey),
          await sealed("RSA-OAEP-256", "A128CBC-HS256", rsa.publicKey, rsa.privateKey),
          await sealed("PBES2-HS256+A128KW", "A256GCM", password, password),
        ];
      };`;
    expect(await packages.run(source, {}, { timeoutMs: 20_000 })).toEqual([
      true,
      "ECDH-ES+A128KW",
      "RSA-OAEP-256",
      "PBES2-HS256+A128KW",
    ]);
  });
});
