import { type Env, readEnv } from "@sluice/process";

export interface MetricsConfig {
  readonly redisUrl: string;
  readonly host: string;
  readonly port: number;
  /** Name under which counters are saved. */
  readonly consumer: string;
}

/** @throws ConfigError that lists every fault */
export function readConfig(env: Env): MetricsConfig {
  return readEnv(env, (read) => ({
    redisUrl: env["REDIS_URL"]
      ? read.redisUrl("REDIS_URL")
      : read.string("REDIS_URL", undefined, {
          expected: "redis://host:port of the platform's Redis, or use `npm start`, which runs one and sets it",
        }),
    host: read.string("SLUICE_METRICS_HOST", "127.0.0.1"),
    port: read.port("SLUICE_METRICS_PORT", 9464),
    consumer: read.string("SLUICE_METRICS_CONSUMER", "metrics", {
      pattern: /^[a-z0-9][a-z0-9-]{0,31}$/,
      expected: "a name of small letters, digits and hyphens, at most 32",
    }),
  }));
}
