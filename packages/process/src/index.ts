export { type AdminServer, type AdminServerOptions, type ReadinessCheck, startAdminServer } from "./admin-server.ts";
export {
  ConfigError,
  type ConfigFault,
  type Env,
  type EnvReader,
  type RangeOptions,
  readEnv,
  type TextOptions,
  type UrlOptions,
} from "./env-reader.ts";
export { formatLogLine } from "./log-line.ts";
export { closeServer, listen, type Listening, type ListenOptions } from "./listen.ts";
export {
  createLogger,
  type LogFields,
  type LogFormat,
  type Logger,
  type LoggerOptions,
  type LogLevel,
} from "./logger.ts";
export { createMetricsRegistry, type MetricsRegistry } from "./metrics-registry.ts";
export { runService, type ServiceContext, type ServiceOptions } from "./service.ts";
export type { Stop } from "./shutdown.ts";
export { StartError } from "./start-error.ts";
export { parseServiceMessage, type ServiceMessage } from "./supervisor.ts";
