import { ConfigError, type ConfigFault, type Env, readEnv } from "./env-reader.ts";
import { createLogger, LOG_FORMATS, LOG_LEVELS, type Logger } from "./logger.ts";
import { Shutdown, type Stop } from "./shutdown.ts";
import { StartError } from "./start-error.ts";
import { tellSupervisor } from "./supervisor.ts";

export interface ServiceContext<C> {
  readonly config: C;
  readonly logger: Logger;
  /** Call it as soon as a thing runs: things stop in the opposite order, and also when the start fails half-way. */
  onStop(name: string, stop: Stop): void;
}

export interface ServiceOptions<C> {
  readonly name: string;
  readonly env: Env;
  readonly readConfig: (env: Env) => C;
  /** Answers where the service can be reached, if it can. @throws StartError for what the operator must mend */
  readonly start: (context: ServiceContext<C>) => Promise<{ readonly address?: string }>;
}

/** Ctrl-C under `npm run` arrives twice: from the terminal and again from npm. */
const SAME_SIGNAL_MS = 300;
/** After a crash nothing in the process can be trusted for long. */
const CRASH_STOP_MS = 3_000;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs a service for the life of the process: reads its settings (its own, and SLUICE_LOG_LEVEL, SLUICE_LOG_FORMAT,
 * SLUICE_DRAIN_TIMEOUT_MS, SLUICE_SUPERVISED), starts it, and stops it on the first signal or when its supervisor is
 * gone. Exits 0 after a drain, 1 after a failed start, a crash or a second signal.
 */
export function runService<C>(options: ServiceOptions<C>): void {
  const read = readAll(options);
  if (read instanceof ConfigError) {
    void failStart(createLogger({ service: options.name }), read);
    return;
  }
  const { settings, config } = read;
  const logger = createLogger({ service: options.name, level: settings.logLevel, format: settings.logFormat });
  const shutdown = new Shutdown({ logger });
  const stop = (reason: string): void => {
    logger.info({ reason }, "draining");
    void shutdown.run(settings.drainTimeoutMs).then(() => {
      logger.info({}, "stopped");
      process.exit(0);
    });
  };
  watchSignals(logger, shutdown, stop);
  watchCrashes(logger, shutdown);
  if (settings.supervised && process.connected) {
    process.once("disconnect", () => {
      if (!shutdown.started) stop("the supervisor is gone");
    });
  }
  void start(options, config, logger, shutdown);
}

async function start<C>(options: ServiceOptions<C>, config: C, logger: Logger, shutdown: Shutdown): Promise<void> {
  try {
    const onStop = (name: string, stop: Stop): void => shutdown.add(name, stop);
    const { address } = await options.start({ config, logger, onStop });
    if (shutdown.started) return;
    logger.info({ address }, "ready");
    await tellSupervisor({ type: "ready", address: address ?? null });
  } catch (err) {
    if (shutdown.started) return;
    const stopped = shutdown.run(CRASH_STOP_MS);
    await failStart(logger, err, stopped);
  }
}

async function failStart(logger: Logger, err: unknown, stopped?: Promise<void>): Promise<void> {
  const known = err instanceof StartError;
  if (known) logger.error({}, err.message);
  else logger.error({ err }, "failed to start");
  await tellSupervisor({ type: "failed", message: known ? err.message : `failed to start: ${String(err)}` });
  await stopped;
  process.exit(1);
}

function watchSignals(logger: Logger, shutdown: Shutdown, stop: (reason: string) => void): void {
  let firstAt: number | undefined;
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      firstAt ??= performance.now();
      if (!shutdown.started) return stop(signal);
      if (performance.now() - firstAt < SAME_SIGNAL_MS) return;
      logger.warn({ signal }, "second signal: exiting at once");
      process.exit(1);
    });
  }
}

function watchCrashes(logger: Logger, shutdown: Shutdown): void {
  let crashed = false;
  const crash = (err: unknown, kind: string): void => {
    logger.error({ err, errorId: crypto.randomUUID(), kind }, "unexpected error: stopping");
    if (crashed) return;
    crashed = true;
    const exit = (): never => process.exit(1);
    // A drain that was already under way may have a longer deadline than a broken process deserves.
    setTimeout(exit, CRASH_STOP_MS + 2_000);
    void shutdown.run(CRASH_STOP_MS).then(exit);
  };
  process.on("uncaughtException", (err) => crash(err, "uncaughtException"));
  process.on("unhandledRejection", (err) => crash(err, "unhandledRejection"));
}

interface ProcessSettings {
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly logFormat: (typeof LOG_FORMATS)[number];
  readonly drainTimeoutMs: number;
  readonly supervised: boolean;
}

function readProcessSettings(env: Env): ProcessSettings {
  return readEnv(env, (read) => ({
    logLevel: read.oneOf("SLUICE_LOG_LEVEL", LOG_LEVELS, "info"),
    logFormat: read.oneOf("SLUICE_LOG_FORMAT", LOG_FORMATS, "json"),
    drainTimeoutMs: read.integer("SLUICE_DRAIN_TIMEOUT_MS", 25_000, { min: 0, max: 3_600_000 }),
    supervised: read.flag("SLUICE_SUPERVISED", false),
  }));
}

/** Both sets of settings, or the faults of both. */
function readAll<C>(options: ServiceOptions<C>): { settings: ProcessSettings; config: C } | ConfigError {
  const faults: ConfigFault[] = [];
  const attempt = <T>(read: (env: Env) => T): T | undefined => {
    try {
      return read(options.env);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      faults.push(...error.faults);
      return undefined;
    }
  };
  const settings = attempt(readProcessSettings);
  const config = attempt(options.readConfig);
  return settings === undefined || config === undefined ? new ConfigError(faults) : { settings, config };
}
