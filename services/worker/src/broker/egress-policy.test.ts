import { isPublicAddress } from "./address-rules.ts";
import { EgressPolicy } from "./egress-policy.ts";

function policy(asked: readonly string[] = [], granted: readonly string[] = []): EgressPolicy {
  return new EgressPolicy({ asked, granted, protectedEndpoints: ["10.0.0.9:6380", "redis.local:6379"] });
}

describe("without permission a private address is refused in every way of writing it", () => {
  test.each([
    "http://169.254.169.254/",
    "http://169.254.170.2/v2",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://0/",
    "http://127.0.0.1./",
    "http://[::]/",
    "http://[::1]/",
    "http://[::ffff:7f00:1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001::1]/",
    "http://[fe80::1]/",
    "http://[fd00::1]/",
    "http://user@127.0.0.1/",
    "http://example.com@10.0.0.1/",
    "http://１２７.０.０.１/",
    "http://100.64.0.1/",
    "http://255.255.255.255/",
  ])("%s", (url) => {
    expect(policy().judge(new URL(url))).toMatchObject({ ok: false, reason: expect.stringContaining("private") });
  });
});

test("public addresses and names pass; what a name resolves to is judged as well", () => {
  const open = policy();
  for (const url of ["http://1.1.1.1/", "https://[2606:4700::1111]/", "https://example.com:8443/"]) {
    expect(open.judge(new URL(url))).toEqual({ ok: true, privateAllowed: false });
  }
  expect(open.allowsAddress("93.184.216.34", 80, false)).toBe(true);
  expect(open.allowsAddress("127.0.0.1", 80, false)).toBe(false);
  expect(open.allowsAddress("::ffff:127.0.0.1", 80, false)).toBe(false);
});

test.each(["file:///etc/passwd", "data:text/plain,x", "ftp://example.com/"])("%s is refused", (url) => {
  expect(policy().judge(new URL(url)).ok).toBe(false);
});

test.each([25, 6379, 22])("port %i is refused", (port) => {
  expect(policy().judge(new URL(`http://example.com:${port}/`))).toMatchObject({ ok: false });
});

test("a private host needs both the manifest's wish and the tenant's grant", () => {
  const url = new URL("http://127.0.0.1:9000/");
  expect(policy(["127.0.0.1:9000"], []).judge(url).ok).toBe(false);
  expect(policy([], ["*"]).judge(url).ok).toBe(false);
  expect(policy(["127.0.0.1:9000"], ["*"]).judge(url)).toEqual({ ok: true, privateAllowed: true });
  expect(policy(["127.0.0.1:9001"], ["*"]).judge(url).ok).toBe(false);
  expect(policy(["127.0.0.1"], ["127.0.0.1:9000"]).judge(url).ok).toBe(true);
});

test("a pattern for subdomains does not match the domain itself or a longer name", () => {
  const some = policy(["*.corp.test"], ["*"]);
  expect(some.judge(new URL("http://a.corp.test/"))).toMatchObject({ privateAllowed: true });
  expect(some.judge(new URL("http://corp.test/"))).toMatchObject({ privateAllowed: false });
  expect(some.judge(new URL("http://evilcorp.test/"))).toMatchObject({ privateAllowed: false });
});

test("the platform's own endpoints are refused whatever is asked and granted", () => {
  const all = policy(["10.0.0.9:6380", "redis.local:6379"], ["*"]);
  expect(all.judge(new URL("http://10.0.0.9:6380/")).ok).toBe(false);
  expect(all.judge(new URL("http://redis.local:6379/")).ok).toBe(false);
  expect(all.allowsAddress("10.0.0.9", 6380, true)).toBe(false);
});

test("an address that cannot be read counts as private", () => {
  expect(["", "localhost", "1.2.3", "::g"].map(isPublicAddress)).toEqual([false, false, false, false]);
});
