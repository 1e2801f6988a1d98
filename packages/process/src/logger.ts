import { pino } from "pino";
import { formatLogLine } from "./log-line.ts";
import { maskUrlPassword, redact } from "./redact.ts";

export type LogFields = Readonly<Record<string, unknown>>;

/** What everything logs through. Pass errors under `err`; members with a secret's name are masked at any depth. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  /** A logger that adds these fields to each line. */
  child(fields: LogFields): Logger;
}

export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
export const LOG_FORMATS = ["json", "pretty"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export type LogFormat = (typeof LOG_FORMATS)[number];

export interface LoggerOptions {
  readonly service: string;
  readonly level?: LogLevel;
  /** `json`: one object a line, for machines (default); `pretty`: short lines for people. */
  readonly format?: LogFormat;
  /** Default: stderr, written synchronously, so that the last line before a crash is not lost. */
  readonly stream?: { write(line: string): unknown };
}

export function createLogger(options: LoggerOptions): Logger {
  const sink = options.stream ?? pino.destination({ dest: 2, sync: true });
  const stream =
    options.format === "pretty" ? { write: (line: string): unknown => sink.write(formatLogLine(line)) } : sink;
  const backend = pino(
    {
      level: options.level ?? "info",
      base: { service: options.service, pid: process.pid },
      messageKey: "message",
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      // Errors are described by `redact`; the built-in serializer would keep every member of them.
      serializers: { err: (err: unknown) => err },
      formatters: { level: (level) => ({ level }), log: redact },
    },
    stream,
  );
  return toLogger(backend);
}

function toLogger(backend: pino.Logger): Logger {
  const line =
    (level: "debug" | "info" | "warn" | "error") =>
    (fields: LogFields, message: string): void =>
      backend[level](fields, maskUrlPassword(message));
  return {
    debug: line("debug"),
    info: line("info"),
    warn: line("warn"),
    error: line("error"),
    child: (fields) => toLogger(backend.child(redact(fields))),
  };
}
