import { storeKey, verifySecret } from "./key-secret.ts";

const KEY = { accessKeyId: "a", tenant: "acme", createdAt: 1 };

describe("secrets of access keys", () => {
  test("the same secret is stored in another form each time", () => {
    const [one, two] = [storeKey(KEY, "secret"), storeKey(KEY, "secret")];
    expect(one.hash).not.toBe(two.hash);
    expect(one.salt).toMatch(/^[0-9a-f]{32}$/);
    expect(verifySecret("a", one, "secret")).toEqual(KEY);
    expect(verifySecret("a", { ...one, salt: two.salt }, "secret")).toBeUndefined();
  });

  test("a key that is not known is never verified, whatever the secret", () => {
    for (const secret of ["", "0".repeat(64), "\u0000".repeat(32)]) {
      expect(verifySecret("a", undefined, secret)).toBeUndefined();
    }
  });
});
