import { readConfig } from "./config.ts";

describe("configuration", () => {
  test("needs only REDIS_URL", () => {
    expect(readConfig({ REDIS_URL: "redis://127.0.0.1:6379" })).toEqual({
      redisUrl: "redis://127.0.0.1:6379",
      host: "127.0.0.1",
      port: 9464,
      consumer: "metrics",
    });
  });

  test("says what to do when REDIS_URL is missing", () => {
    expect(() => readConfig({})).toThrow(/REDIS_URL must be set: .*npm start/);
  });

  test("names every fault at once", () => {
    const env = { REDIS_URL: "http://x", SLUICE_METRICS_PORT: "99999", SLUICE_METRICS_CONSUMER: "A b" };
    expect(() => readConfig(env)).toThrow(/REDIS_URL[\s\S]*SLUICE_METRICS_PORT[\s\S]*SLUICE_METRICS_CONSUMER/);
  });
});
