import { ConfigError, type EnvReader, readEnv } from "./index.ts";

function faultsOf(env: Record<string, string>, build: (read: EnvReader) => object): string {
  try {
    readEnv(env, build);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return "no fault";
}

describe("settings", () => {
  test("are read by type, with fallbacks, into a frozen value", () => {
    const config = readEnv({ PORT: "8080", ON: "yes", LIST: "a, b,,c ", MODE: "b", EMPTY: "  " }, (read) => ({
      port: read.port("PORT", 1),
      on: read.flag("ON", false),
      list: read.list("LIST"),
      mode: read.oneOf("MODE", ["a", "b"]),
      empty: read.string("EMPTY", "fallback"),
      none: read.optional("NONE"),
      redis: read.redisUrl("REDIS_URL", "redis://127.0.0.1:6379"),
    }));
    expect(config).toEqual({
      port: 8080,
      on: true,
      list: ["a", "b", "c"],
      mode: "b",
      empty: "fallback",
      none: undefined,
      redis: "redis://127.0.0.1:6379",
    });
    expect(Object.isFrozen(config) && Object.isFrozen(config.list)).toBe(true);
  });

  test("that are wrong are all listed, with what each must be", () => {
    const message = faultsOf({ PORT: "70000", N: "1.5", ON: "perhaps", MODE: "c", URL: "nowhere" }, (read) => ({
      port: read.port("PORT", 1),
      n: read.integer("N", 1, { min: 1 }),
      on: read.flag("ON", true),
      mode: read.oneOf("MODE", ["a", "b"]),
      url: read.url("URL", undefined, { protocols: ["http", "https"] }),
      needed: read.string("NEEDED"),
    }));
    expect(message.split("\n")).toEqual([
      "Invalid settings:",
      "  PORT=70000 must be a whole number from 0 to 65535",
      "  N=1.5 must be a whole number of at least 1",
      "  ON=perhaps must be 1 or 0",
      "  MODE=c must be one of a, b",
      "  URL=nowhere must be a URL that starts with http:// or https://",
      "  NEEDED must be set: a text",
    ]);
  });

  test("that are secret are never shown, neither are passwords in addresses", () => {
    const options = { secret: true, pattern: /^[0-9a-f]{8}$/, expected: "eight hex digits" };
    const message = faultsOf({ KEY: "hunter2", REDIS_URL: "http://me:hunter2@host" }, (read) => ({
      key: read.string("KEY", undefined, options),
      redis: read.redisUrl("REDIS_URL"),
    }));
    expect(message).toContain("KEY must be eight hex digits");
    expect(message).toContain("REDIS_URL=http://me:***@host must be redis://");
    expect(message).not.toContain("hunter2");
  });

  test.each([
    ["unix:///tmp/r.sock", "/tmp/r.sock"],
    ["unix:/tmp/r.sock?db=2", "unix:/tmp/r.sock?db=2"],
    ["/tmp/r s.sock", "/tmp/r s.sock"],
    ["rediss://h:1/2", "rediss://h:1/2"],
  ])("name Redis by address or socket: %s", (text, expected) => {
    expect(readEnv({ R: text }, (read) => ({ url: read.redisUrl("R") })).url).toBe(expected);
  });
});
