import type { ManifestPath } from "../../manifest/yaml-source.ts";
import { addObjectStorage, addSchedule, type EventContext, WOULD_BE_OPEN } from "../event-triggers.ts";
import { resolveIntrinsics } from "../intrinsics.ts";
import { isFalse, isMapping, type Mapping, readMapping, readText } from "../mapping.ts";
import { corsOf, httpOf, unknownOfCors } from "../url-trigger.ts";
import type { SamProperties } from "./sam-properties.ts";
import { hasAuthorizer, type SamTemplate, typeOf } from "./sam-resources.ts";

interface SamEventContext extends EventContext {
  readonly properties: SamProperties;
  readonly template: SamTemplate;
}

interface SamEvent {
  readonly key: string;
  readonly type: string;
  readonly properties: Mapping;
  readonly at: ManifestPath;
}

/** Triggers of a function's events and of its URL. */
export function readSamEvents(context: SamEventContext): void {
  const { findings, properties } = context;
  readUrl(context);
  const events = readMapping(properties.raw("Events"), properties.place("Events"), findings);
  for (const [key, event] of Object.entries(events)) {
    const path = [...properties.place("Events"), key];
    const type = typeOf(event);
    const read = READERS[type ?? ""];
    if (type === undefined) findings.fault(path, "must be a mapping with a 'Type'");
    else if (read === undefined) findings.skip(path, `Sluice has no source of ${type} events`);
    else {
      const at = [...path, "Properties"];
      const written = readMapping((event as Mapping)["Properties"], at, findings);
      read(context, { key, type, properties: written, at });
    }
  }
}

const READERS: Readonly<Record<string, (context: SamEventContext, event: SamEvent) => void>> = {
  Api: readApi,
  HttpApi: readApi,
  Schedule: readSchedule,
  ScheduleV2: readSchedule,
  S3: readBucket,
};

function readUrl({ draft, findings, properties, template }: SamEventContext): void {
  const place = properties.place("FunctionUrlConfig");
  const written = properties.raw("FunctionUrlConfig");
  if (written === undefined) return;
  const { AuthType, Cors, InvokeMode, ...others } = readMapping(written, place, findings);
  const read = (name: string, value: unknown): unknown =>
    findings.take([...place, name], resolveIntrinsics(value, template.scope));
  const auth = read("AuthType", AuthType);
  if (auth !== "NONE" && auth !== "AWS_IAM") return findings.skip(place, WOULD_BE_OPEN);
  const cors = read("Cors", Cors);
  const mode = read("InvokeMode", InvokeMode);
  draft.addHttp(place, httpOf({ iam: auth === "AWS_IAM", cors: corsOf(cors, CORS_NAMES), mode }));
  for (const name of unknownOfCors(cors, CORS_NAMES)) {
    findings.skip([...place, "Cors", name], "has no counterpart in Sluice");
  }
  for (const name of Object.keys(others)) findings.skip([...place, name], "has no counterpart in Sluice");
}

const CORS_NAMES = {
  allowCredentials: "AllowCredentials",
  allowHeaders: "AllowHeaders",
  allowMethods: "AllowMethods",
  allowOrigins: "AllowOrigins",
  exposeHeaders: "ExposeHeaders",
  maxAgeSeconds: "MaxAge",
};

/** A route becomes the function's whole URL. */
function readApi({ draft, findings, template }: SamEventContext, { type, properties, at }: SamEvent): void {
  if (isClosed(properties, template)) return findings.skip(at.slice(0, -1), `the route ${WOULD_BE_OPEN}`);
  draft.addHttp(at);
  const route = [properties["Method"], properties["Path"]].filter((part) => typeof part === "string").join(" ");
  const isFirst = type === "Api" || String(properties["PayloadFormatVersion"]) === "1.0";
  const form = isFirst ? ", in payload 2.0 and not 1.0" : "";
  const name = route === "" ? "the default route" : `'${route}'`;
  findings.skip(
    at.slice(0, -1),
    `${name} is not matched: /fn/${draft.name} and all below it come to the function${form}`,
  );
}

/** Whether a route's callers are checked, by its own word, by its API's or by all APIs'. */
function isClosed(properties: Mapping, { resources, closedApis }: SamTemplate): boolean {
  const auth = properties["Auth"];
  const own = isMapping(auth) ? auth["Authorizer"] : undefined;
  if (own === "NONE") return false;
  if (
    own !== undefined ||
    (isMapping(auth) && (auth["ApiKeyRequired"] === true || auth["ResourcePolicy"] !== undefined))
  ) {
    return true;
  }
  const api = properties["RestApiId"] ?? properties["ApiId"];
  const id = isMapping(api) ? api["Ref"] : api;
  const declared = typeof id === "string" ? resources[id] : undefined;
  return closedApis || (isMapping(declared) && hasAuthorizer(declared["Properties"]));
}

function readSchedule({ draft, findings, template }: SamEventContext, { key, properties, at }: SamEvent): void {
  const read = (name: string): unknown =>
    findings.take([...at, name], resolveIntrinsics(properties[name], template.scope));
  const event = at.slice(0, -1);
  if (isFalse(read("Enabled")) || read("State") === "DISABLED") return findings.skip(event, "is switched off");
  for (const bound of ["StartDate", "EndDate"]) {
    if (properties[bound] !== undefined) return findings.skip(event, `has a ${bound}; schedules here have no bounds`);
  }
  const written = properties["Schedule"] === undefined ? "ScheduleExpression" : "Schedule";
  addSchedule(
    { draft, findings },
    {
      key,
      name: read("Name"),
      expression: read(written),
      timezone: read("ScheduleExpressionTimezone"),
      input: read("Input"),
    },
    [...at, written],
  );
  for (const name of Object.keys(properties)) {
    if (!KNOWN_OF_SCHEDULES.has(name)) findings.skip([...at, name], "has no counterpart in Sluice");
  }
}

const KNOWN_OF_SCHEDULES = new Set(
  "Schedule ScheduleExpression ScheduleExpressionTimezone Name Description Input Enabled State".split(" "),
);

function readBucket({ draft, findings, template }: SamEventContext, { key, properties, at }: SamEvent): void {
  const { Bucket, Events, Filter } = properties;
  const resolve = (value: unknown) => resolveIntrinsics(value, template.scope);
  const bucket = resolve(Bucket);
  if (!bucket.ok && bucket.kind === "skip") {
    const id = isMapping(Bucket) && typeof Bucket["Ref"] === "string" ? Bucket["Ref"] : "Bucket";
    findings.skip(
      [...at, "Bucket"],
      `has no name in this file, so events of any bucket are taken; give it with --param ${id}=…`,
    );
  } else findings.take([...at, "Bucket"], bucket);
  const events = findings.take([...at, "Events"], resolve(Events));
  const filter = findings.take([...at, "Filter"], resolve(Filter));
  const s3Key = isMapping(filter) ? filter["S3Key"] : undefined;
  const rules = isMapping(s3Key) && Array.isArray(s3Key["Rules"]) ? s3Key["Rules"].filter(isMapping) : [];
  addObjectStorage(
    { draft, findings },
    {
      key,
      bucket: bucket.ok ? readText(bucket.value, [...at, "Bucket"], findings) : undefined,
      events: Array.isArray(events) ? events : events === undefined ? [] : [events],
      rules: rules.map(({ Name, Value }) => [String(Name), Value] as const),
    },
    at,
  );
}
