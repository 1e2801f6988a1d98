import { StartError } from "./start-error.ts";
import { maskUrlPassword } from "./redact.ts";

export type Env = Readonly<Record<string, string | undefined>>;

export interface ConfigFault {
  readonly name: string;
  /** As it was set; null when it was not set or must not be shown. */
  readonly value: string | null;
  readonly expected: string;
}

/** Every fault of a process's settings at once, so that they are mended in one go. */
export class ConfigError extends StartError {
  override readonly name = "ConfigError";
  readonly faults: readonly ConfigFault[];

  constructor(faults: readonly ConfigFault[]) {
    super(`Invalid settings:\n${faults.map((fault) => `  ${describe(fault)}`).join("\n")}`);
    this.faults = faults;
  }
}

function describe({ name, value, expected }: ConfigFault): string {
  return value === null ? `${name} must be ${expected}` : `${name}=${value} must be ${expected}`;
}

export interface TextOptions {
  /** Never shown in an error. */
  readonly secret?: boolean;
  readonly pattern?: RegExp;
  /** What a value that the pattern refuses should have been, as in "must be …". */
  readonly expected?: string;
}

export interface RangeOptions {
  readonly min?: number;
  readonly max?: number;
}

export interface UrlOptions {
  /** Without the colon: `["redis", "rediss"]`. Absent: any. */
  readonly protocols?: readonly string[];
}

/**
 * Reads settings by name. A setting that is empty counts as not set; one without a fallback is required. A fault is
 * noted and a placeholder of the right type answered, so that reading goes on and finds the next fault.
 */
export interface EnvReader {
  string(name: string, fallback?: string, options?: TextOptions): string;
  optional(name: string, options?: TextOptions): string | undefined;
  integer(name: string, fallback?: number, range?: RangeOptions): number;
  /** 0 asks the system for a free port. */
  port(name: string, fallback?: number): number;
  /** 1/0, true/false, yes/no or on/off. */
  flag(name: string, fallback: boolean): boolean;
  oneOf<T extends string>(name: string, values: readonly [T, ...T[]], fallback?: NoInfer<T>): T;
  /** Comma-separated, trimmed, empty members left out. */
  list(name: string, fallback?: readonly string[]): readonly string[];
  url(name: string, fallback?: string, options?: UrlOptions): string;
  /** `redis://`, `rediss://`, `unix:///path[?db=n]` or the path of a socket; a socket without a database answers its bare path. */
  redisUrl(name: string, fallback?: string): string;
}

/**
 * Builds a frozen configuration from an environment.
 *
 * @throws ConfigError that lists every fault
 */
export function readEnv<T extends object>(env: Env, build: (read: EnvReader) => T): T {
  const faults: ConfigFault[] = [];
  const config = build(createReader(env, faults));
  if (faults.length > 0) throw new ConfigError(faults);
  return deepFreeze(config);
}

const TRUE = /^(1|true|yes|on)$/i;
const FALSE = /^(0|false|no|off)$/i;

function createReader(env: Env, faults: ConfigFault[]): EnvReader {
  const setting = (name: string): string | undefined => env[name]?.trim() || undefined;

  /** Reads, parses, falls back; `parse` answers undefined for a value that will not do. */
  function take<T>(name: string, fallback: T | undefined, placeholder: T, expected: string, rule: Rule<T>): T {
    const text = setting(name);
    if (text === undefined && fallback !== undefined) return fallback;
    const value = text === undefined ? undefined : rule.parse(text);
    if (value === undefined) {
      const shown = text === undefined || rule.secret ? null : maskUrlPassword(text);
      faults.push({ name, value: shown, expected: text === undefined ? `set: ${expected}` : expected });
    }
    return value ?? placeholder;
  }

  const string = (name: string, fallback?: string, options: TextOptions = {}): string =>
    take(name, fallback, "", options.expected ?? "a text", {
      parse: (text) => (options.pattern?.test(text) === false ? undefined : text),
      secret: options.secret ?? false,
    });
  const integer = (name: string, fallback?: number, range: RangeOptions = {}): number =>
    take(name, fallback, range.min ?? 0, `a whole number${rangeText(range)}`, {
      parse: (text) => parseInteger(text, range),
    });
  return {
    string,
    integer,
    optional: (name, options) => (setting(name) === undefined ? undefined : string(name, undefined, options)),
    port: (name, fallback) => integer(name, fallback, { min: 0, max: 65_535 }),
    flag: (name, fallback) =>
      take(name, fallback, fallback, "1 or 0", {
        parse: (text) => (TRUE.test(text) ? true : FALSE.test(text) ? false : undefined),
      }),
    oneOf: (name, values, fallback) =>
      take(name, fallback, values[0], `one of ${values.join(", ")}`, {
        parse: (text) => values.find((value) => value === text),
      }),
    list: (name, fallback) =>
      take<readonly string[]>(name, fallback, [], "a comma-separated list", {
        parse: (text) => text.split(",").flatMap((part) => part.trim() || []),
      }),
    url: (name, fallback, options = {}) =>
      take(name, fallback, "", urlText(options), { parse: (text) => parseUrl(text, options) }),
    redisUrl: (name, fallback) =>
      take(name, fallback, "", "redis://host:port, rediss://host:port or unix:///path/of/socket", {
        parse: parseRedisUrl,
      }),
  };
}

interface Rule<T> {
  readonly parse: (text: string) => T | undefined;
  readonly secret?: boolean;
}

function parseInteger(text: string, { min = -Infinity, max = Infinity }: RangeOptions): number | undefined {
  const value = /^[+-]?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : undefined;
}

function rangeText({ min, max }: RangeOptions): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  if (min !== undefined) return ` of at least ${min}`;
  return max === undefined ? "" : ` of at most ${max}`;
}

function parseUrl(text: string, { protocols }: UrlOptions): string | undefined {
  const protocol = URL.parse(text)?.protocol.slice(0, -1);
  if (protocol === undefined) return undefined;
  return protocols === undefined || protocols.includes(protocol) ? text : undefined;
}

/** A socket stays a bare path: Redis clients disagree on how to write it as a URL, and agree on paths. */
function parseRedisUrl(text: string): string | undefined {
  if (text.startsWith("/")) return text;
  const unix = /^unix:(?:\/\/)?(\/[^?]+)$/.exec(text)?.[1];
  if (/^unix:(?:\/\/)?\/.*\?db=\d+$/.test(text)) return text;
  return unix ?? parseUrl(text, { protocols: ["redis", "rediss"] });
}

function urlText({ protocols }: UrlOptions): string {
  return protocols === undefined ? "a URL" : `a URL that starts with ${protocols.map((p) => `${p}://`).join(" or ")}`;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && (Array.isArray(value) || isPlain(value))) {
    for (const member of Object.values(value)) deepFreeze(member);
    Object.freeze(value);
  }
  return value;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
