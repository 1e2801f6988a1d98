import { redisOptionsFromUrl } from "./redis-options.ts";

test.each([
  ["redis://127.0.0.1", { host: "127.0.0.1", port: 6379, db: 0 }],
  ["redis://redis.example:7000/3", { host: "redis.example", port: 7000, db: 3 }],
  ["redis://:s%40crt@h", { host: "h", port: 6379, db: 0, password: "s@crt" }],
  ["redis://app:p%25w@[::1]:1234/0", { host: "::1", port: 1234, db: 0, username: "app", password: "p%w" }],
  ["rediss://h:6380", { host: "h", port: 6380, db: 0, tls: {} }],
  ["unix:/run/redis/my%20redis.sock", { path: "/run/redis/my redis.sock", db: 0 }],
  ["unix:/run/redis.sock?db=2", { path: "/run/redis.sock", db: 2 }],
])("%s", (url, options) => {
  expect(redisOptionsFromUrl(url)).toEqual(options);
});

test.each([
  "",
  "localhost:6379",
  "http://h",
  "redis://",
  "unix:relative",
  "redis://h/one",
  "redis://:%zz@h",
  "redis:/x",
])("%p is refused without being shown", (url) => {
  const attempt = (): unknown => redisOptionsFromUrl(url);
  expect(attempt).toThrow(expect.objectContaining({ code: "Service.Unavailable" }));
  if (url !== "") expect(attempt).not.toThrow(url);
});
