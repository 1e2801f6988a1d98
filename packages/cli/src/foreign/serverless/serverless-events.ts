import type { ManifestPath } from "../../manifest/yaml-source.ts";
import { addObjectStorage, addSchedule, type EventContext, WOULD_BE_OPEN } from "../event-triggers.ts";
import { isFalse, isMapping, isTrue, type Mapping, readText } from "../mapping.ts";
import { corsOf, httpOf, unknownOfCors } from "../url-trigger.ts";
import type { ServerlessService, WrittenFunction } from "./serverless-service.ts";

interface ServerlessEventContext extends EventContext {
  readonly fn: WrittenFunction;
  readonly resolve: ServerlessService["resolve"];
}

interface ServerlessEvent {
  readonly type: string;
  readonly key: string;
  readonly value: unknown;
  readonly at: ManifestPath;
}

/** Triggers of a function's events and of its URL. */
export function readServerlessEvents(context: ServerlessEventContext): void {
  const { findings, fn } = context;
  readUrl(context);
  const path = [...fn.path, "events"];
  const events = fromVariable(context, fn.written["events"], path) ?? [];
  if (!Array.isArray(events)) return findings.fault(path, "must be a list");
  const seen = new Map<string, number>();
  for (const [index, event] of events.entries()) {
    const place = [...path, index];
    const [type, ...others] = isMapping(event) ? Object.keys(event) : [String(event)];
    if (type === undefined || others.length > 0) {
      findings.fault(place, "must have exactly one key, the kind of event; indent what belongs to it");
      continue;
    }
    const read = READERS[type];
    if (read === undefined) {
      findings.skip(place, `Sluice has no source of ${type} events`);
      continue;
    }
    const number = (seen.get(type) ?? 0) + 1;
    seen.set(type, number);
    const at = isMapping(event) ? [...place, type] : place;
    const value = isMapping(event) ? fromVariable(context, event[type], at) : undefined;
    read(context, { type, key: number === 1 ? type : `${type}-${number}`, value, at });
  }
}

/** What is written as a variable may be a list or a mapping. */
function fromVariable({ findings, resolve }: ServerlessEventContext, written: unknown, path: ManifestPath): unknown {
  return typeof written === "string" ? findings.take(path, resolve(written)) : written;
}

const READERS: Readonly<Record<string, (context: ServerlessEventContext, event: ServerlessEvent) => void>> = {
  http: readRoute,
  httpApi: readRoute,
  schedule: readSchedule,
  s3: readBucket,
};

function readUrl({ draft, findings, fn, resolve }: ServerlessEventContext): void {
  const place = [...fn.path, "url"];
  const url = findings.take(place, resolve(fn.written["url"]));
  if (url === undefined || url === null || isFalse(url)) return;
  const { authorizer, cors, invokeMode: mode, ...others } = isMapping(url) ? url : {};
  if (authorizer !== undefined && authorizer !== "aws_iam") return findings.skip(place, WOULD_BE_OPEN);
  const written = isTrue(cors) ? OPEN_CORS : isFalse(cors) ? undefined : cors;
  draft.addHttp(place, httpOf({ iam: authorizer === "aws_iam", cors: corsOf(written, CORS_NAMES), mode }));
  for (const name of unknownOfCors(written, CORS_NAMES)) {
    findings.skip([...place, "cors", name], "has no counterpart in Sluice");
  }
  for (const name of Object.keys(others)) findings.skip([...place, name], "has no counterpart in Sluice");
}

const CORS_NAMES = {
  allowCredentials: "allowCredentials",
  allowHeaders: "allowedHeaders",
  allowMethods: "allowedMethods",
  allowOrigins: "allowedOrigins",
  exposeHeaders: "exposedResponseHeaders",
  maxAgeSeconds: "maxAge",
};
/** What the framework makes of `cors: true`. */
const OPEN_CORS = {
  allowedOrigins: ["*"],
  allowedHeaders: ["Content-Type", "X-Amz-Date", "Authorization", "X-Api-Key", "X-Amz-Security-Token"],
  allowedMethods: ["*"],
};

/** A route becomes the function's whole URL. */
function readRoute({ draft, findings }: ServerlessEventContext, { type, value, at }: ServerlessEvent): void {
  const options = isMapping(value) ? value : {};
  if (options["authorizer"] !== undefined || isTrue(options["private"])) {
    return findings.skip(at, `the route ${WOULD_BE_OPEN}`);
  }
  draft.addHttp(at);
  const parts = [options["method"], options["path"]].filter((part) => typeof part === "string");
  const route = typeof value === "string" ? value : parts.join(" ");
  const name = route === "" ? "the default route" : `'${route}'`;
  const form = type === "http" ? ", in payload 2.0 and not 1.0" : "";
  findings.skip(at, `${name} is not matched: /fn/${draft.name} and all below it come to the function${form}`);
}

const KNOWN_OF_SCHEDULES = new Set(["rate", "enabled", "input", "name", "description", "timezone", "method"]);

function readSchedule({ draft, findings, resolve }: ServerlessEventContext, { key, value, at }: ServerlessEvent): void {
  const written: Mapping = isMapping(value) ? value : { rate: value };
  const read = (name: string): unknown => findings.take(isMapping(value) ? [...at, name] : at, resolve(written[name]));
  if (isFalse(read("enabled"))) return findings.skip(at, "is switched off");
  const rate = read("rate");
  const rates = Array.isArray(rate) ? (rate as unknown[]) : [rate];
  for (const [index, expression] of rates.entries()) {
    // With several rates, each rule has a name of its own.
    const several = rates.length > 1;
    addSchedule(
      { draft, findings },
      {
        key: several ? `${key}-rate-${index + 1}` : key,
        ...(several ? {} : { name: read("name") }),
        expression,
        timezone: read("timezone"),
        input: read("input"),
      },
      isMapping(value) ? [...at, "rate", ...(several ? [index] : [])] : at,
    );
  }
  for (const name of Object.keys(written)) {
    if (!KNOWN_OF_SCHEDULES.has(name)) findings.skip([...at, name], "has no counterpart in Sluice");
  }
}

function readBucket({ draft, findings, resolve }: ServerlessEventContext, { key, value, at }: ServerlessEvent): void {
  const written: Mapping = isMapping(value) ? value : { bucket: value };
  const read = (name: string): unknown => findings.take(isMapping(value) ? [...at, name] : at, resolve(written[name]));
  const rules = read("rules") ?? [];
  const bucket = resolve(written["bucket"]);
  if (!bucket.ok && bucket.kind === "skip") {
    findings.skip([...at, "bucket"], `${bucket.reason}; until then events of any bucket are taken`);
  } else findings.take(at, bucket);
  addObjectStorage(
    { draft, findings },
    {
      key,
      bucket: bucket.ok ? readText(bucket.value, at, findings) : undefined,
      events: [read("event") ?? "s3:ObjectCreated:*"],
      rules: (Array.isArray(rules) ? rules : [rules]).filter(isMapping).flatMap((rule) => Object.entries(rule)),
    },
    at,
  );
}
