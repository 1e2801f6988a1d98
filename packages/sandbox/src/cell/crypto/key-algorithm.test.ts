import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { type KeyKind, kindOfKey } from "./key-algorithm.ts";

interface Pair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const pairs: readonly (readonly [string, Pair, KeyKind])[] = [
  ["RSA", generateKeyPairSync("rsa", { modulusLength: 1024 }), "known"],
  ["RSA-PSS", generateKeyPairSync("rsa-pss", { modulusLength: 1024 }), "known"],
  ["EC", generateKeyPairSync("ec", { namedCurve: "P-256" }), "known"],
  ["Ed25519", generateKeyPairSync("ed25519"), "known"],
  ["X25519", generateKeyPairSync("x25519"), "known"],
  ["DSA", generateKeyPairSync("dsa", { modulusLength: 1024, divisorLength: 160 }), "other"],
  ["DH", (generateKeyPairSync as (type: string, options: object) => Pair)("dh", { group: "modp5" }), "other"],
];

test.each(pairs)("%s keys are told by what they say they are, in DER and in PEM", (_name, pair, known) => {
  const pkcs8 = pair.privateKey.export({ type: "pkcs8", format: "der" });
  const spki = pair.publicKey.export({ type: "spki", format: "der" });
  const pem = Buffer.from(pair.privateKey.export({ type: "pkcs8", format: "pem" }));
  const publicPem = Buffer.from(pair.publicKey.export({ type: "spki", format: "pem" }));
  expect([kindOfKey("pkcs8", pkcs8), kindOfKey("spki", spki)]).toEqual([known, known]);
  expect([kindOfKey("pem", pem), kindOfKey("pem", publicPem)]).toEqual([known, known]);
});

test("every block of a PEM file is looked at", () => {
  const { privateKey } = generateKeyPairSync("ed25519");
  const good = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const bad = "-----BEGIN DSA PRIVATE KEY-----\nAAAA\n-----END DSA PRIVATE KEY-----\n";
  expect(kindOfKey("pem", Buffer.from(good + bad))).toBe("other");
  expect(kindOfKey("pem", Buffer.from(bad + good))).toBe("other");
});

test("what is no key, or is cut off anywhere, is unreadable", () => {
  const der = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "der" });
  for (let end = 0; end < der.length; end++) expect(kindOfKey("pkcs8", der.subarray(0, end))).toBe("unreadable");
  expect(kindOfKey("spki", Buffer.from("3080", "hex"))).toBe("unreadable");
});
