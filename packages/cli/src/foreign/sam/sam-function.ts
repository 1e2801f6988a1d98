import { resolve } from "node:path";
import { readEnvironment } from "../environment.ts";
import type { Findings } from "../findings.ts";
import type { ForeignContext } from "../foreign-context.ts";
import { FunctionDraft, retryOf, toMs } from "../function-draft.ts";
import { findHandlerFile, isFile } from "../handler-file.ts";
import { resolveIntrinsics } from "../intrinsics.ts";
import { isMapping, type Mapping, readMapping, readNumber, readText } from "../mapping.ts";
import { readSamEvents } from "./sam-events.ts";
import { SamProperties } from "./sam-properties.ts";
import type { SamTemplate } from "./sam-resources.ts";

/** One `AWS::Serverless::Function`; undefined when it cannot run here, which is then noted. */
export function readSamFunction(id: string, template: SamTemplate, context: ForeignContext): FunctionDraft | undefined {
  const { findings } = context;
  const at = ["Resources", id];
  const properties = new SamProperties(id, template, findings);
  const name = findings.take(at, template.scope.functionName(id) ?? { ok: true, value: id });
  if (typeof name !== "string") return undefined;
  const reason = cannotRun(properties);
  if (reason !== undefined) {
    findings.skip(at, `is not deployed: ${reason}`);
    return undefined;
  }
  const draft = new FunctionDraft(name, at);
  setCode(draft, properties, readMetadata(id, template), context);
  setNumbers(draft, properties, context);
  setRetry(draft, properties, template, findings);
  const description = properties.read("Description");
  draft.set(
    "description",
    readText(description, properties.place("Description"), findings),
    properties.place("Description"),
  );
  const environment = readMapping(properties.raw("Environment"), properties.place("Environment"), findings)[
    "Variables"
  ];
  const place = [...properties.place("Environment"), "Variables"];
  const resolveVariable = (value: unknown) => resolveIntrinsics(value, template.scope);
  draft.set("environment", readEnvironment(environment, place, findings, resolveVariable), place);
  readSamEvents({ draft, findings, properties, template });
  properties.skipRest();
  return draft;
}

function cannotRun(properties: SamProperties): string | undefined {
  if (properties.read("PackageType") === "Image") return "it is a container image";
  if (properties.raw("InlineCode") !== undefined) return "its code stands in the template; put it in a file";
  const code = properties.read("CodeUri");
  if (isMapping(code) || (typeof code === "string" && code.startsWith("s3://"))) {
    return "its code lies in S3; name a local folder";
  }
  const runtime = properties.read("Runtime");
  if (runtime === undefined || typeof runtime !== "string") return undefined;
  return /^(nodejs|provided)/.test(runtime) ? undefined : `Sluice has no runtime '${runtime}'`;
}

function readMetadata(id: string, { resources }: SamTemplate): Mapping {
  const resource = resources[id];
  const metadata = isMapping(resource) ? resource["Metadata"] : undefined;
  return isMapping(metadata) ? metadata : {};
}

function setCode(draft: FunctionDraft, properties: SamProperties, metadata: Mapping, context: ForeignContext): void {
  const { findings } = context;
  const codePlace = properties.place("CodeUri");
  const folder = resolve(context.folder, readText(properties.read("CodeUri"), codePlace, findings) ?? ".");
  const place = properties.place("Handler");
  const handler = readText(properties.read("Handler"), place, findings);
  if (String(properties.read("Runtime")).startsWith("provided")) {
    return setProgram(draft, folder, handler, properties);
  }
  if (handler === undefined) return findings.fault(place, "needs a Handler such as 'src/app.handler'");
  const sourcesFirst = metadata["BuildMethod"] === "esbuild";
  const found =
    (sourcesFirst ? entryPoint(folder, handler, metadata["BuildProperties"]) : undefined) ??
    findHandlerFile({ folder, handler, sourcesFirst });
  if (typeof found === "string") return findings.fault(place, found);
  draft.set("entry", found.entry, place);
  draft.set("handler", found.handler, place);
}

/** SAM names the source among the entry points, and the handler by what esbuild makes of it. */
function entryPoint(folder: string, handler: string, build: unknown): { entry: string; handler: string } | undefined {
  const points = isMapping(build) ? build["EntryPoints"] : undefined;
  if (!Array.isArray(points)) return undefined;
  const base = handler.slice(handler.lastIndexOf("/") + 1);
  const dot = base.indexOf(".");
  if (dot < 1) return undefined;
  const stemOf = (file: string): string => file.slice(file.lastIndexOf("/") + 1).replace(/\.[a-z]+$/, "");
  const sources = points.filter((point): point is string => typeof point === "string");
  const source = sources.find((point) => stemOf(point) === base.slice(0, dot));
  const entry = source === undefined ? undefined : resolve(folder, source);
  return entry !== undefined && isFile(entry) ? { entry, handler: base.slice(dot + 1) } : undefined;
}

/** A program of one's own is a WASI module here: the handler's file, or `bootstrap.wasm`. */
function setProgram(
  draft: FunctionDraft,
  folder: string,
  handler: string | undefined,
  properties: SamProperties,
): void {
  const file = handler?.endsWith(".wasm") === true ? handler : "bootstrap.wasm";
  draft.set("runtime", "wasi", properties.place("Runtime"));
  draft.set("entry", resolve(folder, file), properties.place("Handler"));
}

function setNumbers(draft: FunctionDraft, properties: SamProperties, { findings }: ForeignContext): void {
  const number = (name: string): number | undefined =>
    readNumber(properties.read(name), properties.place(name), findings);
  draft.set("memoryMb", number("MemorySize"), properties.place("MemorySize"));
  draft.set("timeoutMs", toMs(number("Timeout")), properties.place("Timeout"));
  draft.set("concurrency", number("ReservedConcurrentExecutions"), properties.place("ReservedConcurrentExecutions"));
}

function setRetry(draft: FunctionDraft, properties: SamProperties, { scope }: SamTemplate, findings: Findings): void {
  const place = properties.place("EventInvokeConfig");
  const written = readMapping(properties.raw("EventInvokeConfig"), place, findings);
  const number = (name: string): number | undefined => {
    const at = [...place, name];
    return readNumber(findings.take(at, resolveIntrinsics(written[name], scope)), at, findings);
  };
  const attempts = number("MaximumRetryAttempts");
  const maxEventAgeMs = toMs(number("MaximumEventAgeInSeconds"));
  draft.set("retry", retryOf(attempts, maxEventAgeMs), place);
  for (const name of Object.keys(written)) {
    if (!name.startsWith("Maximum")) findings.skip([...place, name], "has no counterpart in Sluice");
  }
}
