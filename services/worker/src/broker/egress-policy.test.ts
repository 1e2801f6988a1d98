import { isPublicAddress } from "./address-rules.ts";
import { EgressPolicy } from "./egress-policy.ts";

const protectedEndpoints = ["10.0.0.9:6380", "redis.local:6379"];

function policy(asked: readonly string[] = [], granted: readonly string[] = []): EgressPolicy {
  return new EgressPolicy({ rule: { allowPrivate: asked }, granted, protectedEndpoints });
}

function listed(...allow: string[]): EgressPolicy {
  return new EgressPolicy({ rule: { allow, allowPrivate: [] }, granted: [], protectedEndpoints });
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
    "http://metadata.google.internal@169.254.169.254/",
    "http://169.254.169.254\\@example.com/",
    "http://[::ffff:169.254.169.254]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b:1::a9fe:a9fe]/",
    "http://[fc00::1]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    "http://[2001:db8::1]/",
    "http://[3fff::1]/",
    "http://[5f00::1]/",
    "http://192.0.0.192/",
    "http://198.18.0.1/",
    "http://192.88.99.1/",
    "http://224.0.0.1/",
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

test("the platform's own endpoints are refused in every way of writing their address", () => {
  const all = policy(["[::ffff:10.0.0.9]:6380", "[::ffff:a00:9]:6380"], ["*"]);
  expect(all.judge(new URL("http://[::ffff:10.0.0.9]:6380/")).ok).toBe(false);
  expect(all.allowsAddress("::ffff:a00:9", 6380, true)).toBe(false);
});

test("with a list, only its hosts can be reached, and the refusal says how to add one", () => {
  const some = listed("api.stripe.com", "*.amazonaws.com:443");
  expect(some.judge(new URL("https://api.stripe.com/v1"))).toEqual({ ok: true, privateAllowed: false });
  expect(some.judge(new URL("https://s3.eu-west-1.amazonaws.com/"))).toMatchObject({ ok: true });
  expect(some.judge(new URL("http://s3.eu-west-1.amazonaws.com/"))).toMatchObject({ ok: false });
  expect(some.judge(new URL("https://amazonaws.com/")).ok).toBe(false);
  expect(some.judge(new URL("https://api.stripe.com.evil.test/")).ok).toBe(false);
  expect(some.judge(new URL("https://1.1.1.1/"))).toEqual({
    ok: false,
    denial: "not-listed",
    reason: expect.stringContaining("add '1.1.1.1:443' to egress.allow of the function in sluice.yaml"),
  });
  expect(some.judgeSocket({ host: "api.stripe.com", port: 5432 }).ok).toBe(true);
  expect(some.judgeSocket({ host: "db.example.com", port: 5432 }).ok).toBe(false);
});

test("an empty list lets nothing out", () => {
  expect(listed().judge(new URL("https://example.com/")).ok).toBe(false);
  expect(listed().judgeSocket({ host: "example.com", port: 443 }).ok).toBe(false);
});

test("a private host that was granted needs no place in the list, and the list grants none", () => {
  const rule = { allow: ["10.0.0.1"], allowPrivate: ["10.0.0.2"] };
  const both = new EgressPolicy({ rule, granted: ["*"], protectedEndpoints });
  expect(both.judge(new URL("http://10.0.0.2/")).ok).toBe(true);
  expect(both.judge(new URL("http://10.0.0.1/")).ok).toBe(false);
});

test("a socket may go to any port but the one for mail, which has to be listed", () => {
  expect(policy().judgeSocket({ host: "example.com", port: 6379 }).ok).toBe(true);
  expect(policy().judgeSocket({ host: "example.com", port: 25 }).ok).toBe(false);
  expect(listed("mail.example.com:25").judgeSocket({ host: "mail.example.com", port: 25 }).ok).toBe(true);
});

test("an address that cannot be read counts as private", () => {
  expect(["", "localhost", "1.2.3", "::g"].map(isPublicAddress)).toEqual([false, false, false, false]);
});
