import { parseRedisAddress } from "./redis-address.ts";

describe("addresses of Redis", () => {
  test.each([
    ["redis://localhost", { host: "localhost", port: 6379, db: 0 }],
    ["redis://10.0.0.1:7000/3", { host: "10.0.0.1", port: 7000, db: 3 }],
    ["redis://[::1]:7000", { host: "::1", port: 7000, db: 0 }],
    ["redis://:p%40ss@h", { host: "h", port: 6379, db: 0, password: "p@ss" }],
    [
      "rediss://me:pw@h/1",
      { host: "h", port: 6379, db: 1, username: "me", password: "pw", tls: { rejectUnauthorized: true } },
    ],
    ["unix:/tmp/a%20b.sock", { path: "/tmp/a b.sock", db: 0 }],
    ["unix:///tmp/a.sock?db=2", { path: "/tmp/a.sock", db: 2 }],
  ])("%s is read", (text, address) => {
    expect(parseRedisAddress(text)).toEqual(address);
  });

  test.each([
    "",
    "localhost:6379",
    "http://h",
    "redis://",
    "redis://:s3cret@h/x",
    "redis://h:s3cret%@h",
    "unix:relative",
  ])("'%s' is refused without showing a password", (text) => {
    expect(() => parseRedisAddress(text)).toThrow(/^The address of Redis (must|has) (?!.*s3cret)/);
  });
});
