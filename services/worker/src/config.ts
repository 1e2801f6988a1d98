import { availableParallelism, hostname } from "node:os";
import { join } from "node:path";
import { type Env, type EnvReader, readEnv } from "@sluice/process";

export type WorkerConfig = ReturnType<typeof readConfig>;

/** Every setting of a worker. Sizes are MiB, times milliseconds. */
export function readConfig(env: Env) {
  return readEnv(env, (read) => {
    const dataDir = read.string("SLUICE_DATA_DIR", ".sluice");
    const id = read.string("SLUICE_WORKER_ID", `${hostname()}-${process.pid}`, {
      pattern: /^[\w.-]{1,64}$/,
      expected: "1 to 64 letters, digits, '.', '-' or '_'",
    });
    return {
      id,
      redisUrl: read.redisUrl("REDIS_URL"),
      dataDir,
      region: read.string("SLUICE_REGION", "us-east-1"),
      accountId: read.string("SLUICE_ACCOUNT_ID", "000000000000", { pattern: /^\d{12}$/, expected: "12 digits" }),
      /** `unix:/path` or `tcp:host:port`; port 0 takes a free one. */
      directLane: read.string("SLUICE_DIRECT_LANE", `unix:${join(dataDir, "run", `worker-${id}.sock`)}`),
      /** How gateways reach a `tcp:` lane, when that is not the address it listens on. */
      advertise: read.optional("SLUICE_DIRECT_LANE_ADVERTISE"),
      capacity: read.integer("SLUICE_WORKER_CAPACITY", 100, { min: 1, max: 10_000 }),
      maxCells: read.integer("SLUICE_WORKER_CELLS", 8, { min: 2, max: 1_000 }),
      cellMemoryMb: read.integer("SLUICE_CELL_MEMORY_MB", 1_536, { min: 256, max: 65_536 }),
      isolatesPerCell: read.integer("SLUICE_CELL_ISOLATES", 64, { min: 1, max: 256 }),
      isolateIdleMs: read.integer("SLUICE_ISOLATE_IDLE_MS", 600_000, { min: 1_000, max: 86_400_000 }),
      parallelism: read.integer("SLUICE_PARALLELISM", availableParallelism(), { min: 1, max: 1_024 }),
      leaseMs: read.integer("SLUICE_JOB_LEASE_MS", 30_000, { min: 1_000, max: 600_000 }),
      stalledCheckMs: read.integer("SLUICE_STALLED_CHECK_MS", 5_000, { min: 500, max: 600_000 }),
      /** The same setting that `runService` keeps to. */
      drainMs: read.integer("SLUICE_DRAIN_TIMEOUT_MS", 25_000, { min: 0, max: 3_600_000 }),
      objectStore: readObjectStore(read),
      /** `host:port` of the platform's own services, which no function may reach whatever its manifest says. */
      protectedEndpoints: read.list("SLUICE_PROTECTED_ENDPOINTS", ["127.0.0.1:9464"]),
    };
  });
}

/** Where destinations that are buckets are; absent: events cannot be sent to any. */
function readObjectStore(read: EnvReader) {
  if (read.optional("SLUICE_S3_ENDPOINT") === undefined) return undefined;
  return {
    endpoint: read.url("SLUICE_S3_ENDPOINT", undefined, { protocols: ["http", "https"] }),
    region: read.string("SLUICE_S3_REGION", "us-east-1"),
    accessKeyId: read.string("SLUICE_S3_ACCESS_KEY_ID"),
    secretAccessKey: read.string("SLUICE_S3_SECRET_ACCESS_KEY", undefined, { secret: true }),
  };
}
