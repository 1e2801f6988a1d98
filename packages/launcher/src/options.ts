import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { type Env, readEnv, StartError } from "@sluice/process";

export interface LaunchOptions {
  readonly port: number;
  readonly metricsPort: number;
  readonly dataDir: string;
  /** The data folder is where the CLI looks for it. */
  readonly defaultDataDir: boolean;
  /** In which clients of AWS must think that they are. */
  readonly region: string;
  readonly workers: number;
  /** Undefined: run an embedded server. */
  readonly redisUrl: string | undefined;
  readonly installRedis: boolean;
  readonly examples: boolean;
  readonly json: boolean;
  readonly drainTimeoutMs: number;
}

export const HELP = `Starts Sluice: a private Redis server, the gateway, workers and the metrics service.

  npm start -- [options]

  --workers N        worker processes (SLUICE_WORKERS, 1)
  --port P           gateway (SLUICE_PORT, 8080)
  --metrics-port P   metrics service (SLUICE_METRICS_PORT, 9464)
  --data-dir D       data, logs, credentials (SLUICE_DATA_DIR, .sluice)
  --no-examples      deploy no examples at the first start (SLUICE_EXAMPLES=0)
  --json             say what happens as one JSON object a line
  --help

  REDIS_URL              use this server instead of a private one
  SLUICE_INSTALL_REDIS   0: never install redis-server
  SLUICE_DRAIN_TIMEOUT_MS  what running work gets to finish at the end (25000)

Ctrl-C finishes what runs and stops everything, Redis last; a second one stops at once.
`;

const FLAGS = {
  workers: { type: "string" },
  port: { type: "string" },
  "metrics-port": { type: "string" },
  "data-dir": { type: "string" },
  "no-examples": { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/**
 * Reads the command line over the environment; answers "help" when help is asked for.
 *
 * @throws StartError that names what is wrong; ConfigError that lists every fault
 */
export function readOptions(args: readonly string[], env: Env, cwd: string): LaunchOptions | "help" {
  const flags = parse(args);
  if (flags.help) return "help";
  const settings: Env = {
    ...env,
    ...(flags.workers === undefined ? {} : { SLUICE_WORKERS: flags.workers }),
    ...(flags.port === undefined ? {} : { SLUICE_PORT: flags.port }),
    ...(flags["metrics-port"] === undefined ? {} : { SLUICE_METRICS_PORT: flags["metrics-port"] }),
    ...(flags["data-dir"] === undefined ? {} : { SLUICE_DATA_DIR: flags["data-dir"] }),
    ...(flags["no-examples"] ? { SLUICE_EXAMPLES: "0" } : {}),
  };
  const defaultDataDir = resolve(cwd, ".sluice");
  const dataDir = resolve(cwd, settings["SLUICE_DATA_DIR"]?.trim() || defaultDataDir);
  return readEnv(settings, (read) => ({
    dataDir,
    defaultDataDir: dataDir === defaultDataDir,
    region: read.string("SLUICE_REGION", "us-east-1"),
    port: read.port("SLUICE_PORT", 8080),
    metricsPort: read.port("SLUICE_METRICS_PORT", 9464),
    workers: read.integer("SLUICE_WORKERS", 1, { min: 1, max: 64 }),
    redisUrl: settings["REDIS_URL"] ? read.redisUrl("REDIS_URL") : undefined,
    installRedis: read.flag("SLUICE_INSTALL_REDIS", true),
    examples: read.flag("SLUICE_EXAMPLES", true),
    drainTimeoutMs: read.integer("SLUICE_DRAIN_TIMEOUT_MS", 25_000, { min: 0, max: 3_600_000 }),
    json: flags.json ?? false,
  }));
}

function parse(args: readonly string[]): Partial<ReturnType<typeof parseFlags>> {
  try {
    return parseFlags(args);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split(". ", 1)[0] : String(error);
    throw new StartError(`${reason}. 'npm start -- --help' lists the options.`);
  }
}

function parseFlags(args: readonly string[]) {
  return parseArgs({ args: [...args], options: FLAGS, strict: true }).values;
}
