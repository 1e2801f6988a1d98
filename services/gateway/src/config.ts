import { type Env, readEnv } from "@sluice/process";
import { MASTER_KEY_LIST } from "./master-key.ts";

export type GatewayConfig = ReturnType<typeof readConfig>;

/** Every setting of a gateway. */
export function readConfig(env: Env) {
  return readEnv(env, (read) => ({
    redisUrl: read.redisUrl("REDIS_URL"),
    host: read.string("SLUICE_HOST", "127.0.0.1"),
    port: read.port("SLUICE_PORT", 8080),
    dataDir: read.string("SLUICE_DATA_DIR", ".sluice"),
    region: read.string("SLUICE_REGION", "us-east-1"),
    accountId: read.string("SLUICE_ACCOUNT_ID", "000000000000", { pattern: /^\d{12}$/, expected: "12 digits" }),
    /** Where secrets in Redis are encrypted with keys of the operator's; otherwise the data folder holds the key. */
    masterKey: read.optional("SLUICE_MASTER_KEY", {
      secret: true,
      pattern: MASTER_KEY_LIST,
      expected: "32 bytes in base64, or several with commas between them",
    }),
    /** Where function URLs have hosts of their own, `<id>.lambda-url.<region>.<domain>`; otherwise they are paths of this one. */
    urlDomain: read.optional("SLUICE_URL_DOMAIN", {
      pattern: /^(https?:\/\/)?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d{1,5})?$/,
      expected: "a domain such as 'example.com', or 'http://localhost:8080' where it is served without TLS",
    }),
    /** The object store that code is taken from when a client names a bucket. */
    objectStore: {
      endpoint: read.optional("SLUICE_S3_ENDPOINT"),
      region: read.string("SLUICE_S3_REGION", "us-east-1"),
      accessKeyId: read.string("SLUICE_S3_ACCESS_KEY_ID", ""),
      secretAccessKey: read.optional("SLUICE_S3_SECRET_ACCESS_KEY", { secret: true }),
    },
    /** Proxies in front whose X-Forwarded-For is believed; 0 believes none. */
    trustedProxies: read.integer("SLUICE_TRUSTED_PROXIES", 0, { min: 0, max: 10 }),
    cron: read.flag("SLUICE_CRON", true),
  }));
}
