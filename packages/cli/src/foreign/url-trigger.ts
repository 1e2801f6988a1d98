import { isMapping, isTrue, type Mapping } from "./mapping.ts";

/** Names that a format gives to the settings of CORS, by those of `sluice.yaml`. */
export type CorsNames = Readonly<Record<keyof typeof READERS, string>>;

const READERS = {
  allowCredentials: (value: unknown): unknown => (typeof value === "string" ? isTrue(value) : value),
  allowHeaders: toList,
  allowMethods: (value: unknown): unknown =>
    mapList(value, (item) => (typeof item === "string" ? item.toUpperCase() : item)),
  allowOrigins: toList,
  exposeHeaders: toList,
  maxAgeSeconds: (value: unknown): unknown => (typeof value === "string" ? Number(value) : value),
} as const;

/** The manifest's `cors`; what is not as it should be, its schema refuses. Undefined: nothing is set. */
export function corsOf(written: unknown, names: CorsNames): unknown {
  if (!isMapping(written)) return written ?? undefined;
  const cors: Record<string, unknown> = {};
  for (const [name, read] of Object.entries(READERS)) {
    const value = written[names[name as keyof CorsNames]];
    if (value !== undefined && value !== null) cors[name] = read(value);
  }
  return Object.keys(cors).length === 0 ? undefined : cors;
}

export function unknownOfCors(written: unknown, names: CorsNames): readonly string[] {
  const known = new Set<string>(Object.values(names));
  return isMapping(written) ? Object.keys(written).filter((name) => !known.has(name)) : [];
}

/**
 * The manifest's `http`. An answer that nobody asked to be buffered is streamed when the handler streams: that is what a
 * URL here does by itself.
 */
export function httpOf({ iam, cors, mode }: { iam: boolean; cors: unknown; mode: unknown }): Mapping {
  return {
    ...(iam ? { auth: "iam" } : {}),
    ...(cors === undefined ? {} : { cors }),
    ...(mode === "BUFFERED" ? { invokeMode: "buffered" } : {}),
  };
}

function toList(value: unknown): unknown {
  return mapList(value, (item) => item);
}

function mapList(value: unknown, change: (item: unknown) => unknown): unknown {
  return (Array.isArray(value) ? value : [value]).map(change);
}
