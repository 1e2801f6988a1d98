import { randomBytes } from "node:crypto";
import { SecretBox } from "./secret-box.ts";

const OWNER = ["access-key", "acme", "AKIA1"];

test("what was sealed opens for its owner and for nobody else", () => {
  const box = new SecretBox([randomBytes(32)]);
  const sealed = box.seal("sécret", OWNER);
  expect(box.open(sealed, OWNER)).toEqual({ ok: true, text: "sécret" });
  for (const other of [
    ["access-key", "acme", "AKIA2"],
    ["access-key", "acmeAKIA1"],
    ["access-key", "acme,AKIA1"],
    [],
  ]) {
    expect(box.open(sealed, other)).toMatchObject({ ok: false, reason: "tampered" });
  }
});

test("no two sealings have the same nonce", () => {
  const box = new SecretBox([randomBytes(32)]);
  const nonces = Array.from({ length: 1_000 }, () => box.seal("x", OWNER).split(".")[1]);
  expect(new Set(nonces).size).toBe(1_000);
});

test("only a master key of 32 bytes is taken", () => {
  for (const length of [0, 16, 31, 33]) expect(() => new SecretBox([randomBytes(length)])).toThrow(RangeError);
});

test("the name of a master key tells nothing of it, and is the same each time", () => {
  const bytes = randomBytes(32);
  const idOf = (): string => new SecretBox([bytes]).seal("x", OWNER).split(".")[0] ?? "";
  expect(idOf()).toBe(idOf());
  expect(bytes.toString("hex")).not.toContain(idOf());
});

test.each(["", ".", "..", "a.b.c", "not sealed"])("'%s' is not of a master key that is here", (text) => {
  expect(new SecretBox([randomBytes(32)]).open(text, OWNER)).toMatchObject({ ok: false, reason: "missing-key" });
});
