import type { ManifestPath } from "../../manifest/yaml-source.ts";
import { readEnvironment } from "../environment.ts";
import type { ForeignContext } from "../foreign-context.ts";
import { FunctionDraft, retryOf, toMs } from "../function-draft.ts";
import { findHandlerFile } from "../handler-file.ts";
import { readMapping, readNumber, readText } from "../mapping.ts";
import { readServerlessEvents } from "./serverless-events.ts";
import type { ServerlessService, WrittenFunction } from "./serverless-service.ts";

/** What the framework gives a function that says nothing of it; Lambda itself gives less. */
const DEFAULTS = { memorySize: 1024, timeout: 6 };

const READ = new Set(
  [
    "name handler runtime memorySize timeout environment description events url reservedConcurrency",
    "maximumRetryAttempts maximumEventAge architecture",
  ].flatMap((names) => names.split(" ")),
);

/** One of `functions`; undefined when it cannot run here, which is then noted. */
export function readServerlessFunction(
  fn: WrittenFunction,
  service: ServerlessService,
  context: ForeignContext,
): FunctionDraft | undefined {
  const { findings } = context;
  const { written, path } = fn;
  const name = findings.take([...path, "name"], service.nameOf(fn.key));
  if (typeof name !== "string") return undefined;
  const { provider, resolve } = service;
  const placeOf = (key: string): ManifestPath =>
    written[key] === undefined && provider[key] !== undefined ? ["provider", key] : [...path, key];
  const read = (key: string): unknown => findings.take(placeOf(key), resolve(written[key] ?? provider[key]));
  const own = (key: string): unknown => findings.take([...path, key], resolve(written[key]));

  const runtime = read("runtime");
  if (written["image"] !== undefined) return notDeployed("it is a container image", context, path);
  if (typeof runtime === "string" && !runtime.startsWith("nodejs")) {
    return notDeployed(`Sluice has no runtime '${runtime}' for this format`, context, path);
  }
  const draft = new FunctionDraft(name, path);
  const number = (key: string, value: unknown): number | undefined => readNumber(value, placeOf(key), findings);
  draft.set("memoryMb", number("memorySize", read("memorySize") ?? DEFAULTS.memorySize), placeOf("memorySize"));
  draft.set("timeoutMs", toMs(number("timeout", read("timeout") ?? DEFAULTS.timeout)), placeOf("timeout"));
  draft.set("concurrency", number("reservedConcurrency", own("reservedConcurrency")), placeOf("reservedConcurrency"));
  const attempts = number("maximumRetryAttempts", own("maximumRetryAttempts"));
  const age = number("maximumEventAge", own("maximumEventAge"));
  draft.set(
    "retry",
    retryOf(attempts, toMs(age)),
    placeOf(attempts === undefined ? "maximumEventAge" : "maximumRetryAttempts"),
  );
  draft.set("description", readText(own("description"), placeOf("description"), findings), placeOf("description"));
  setHandler(draft, own("handler"), [...path, "handler"], context);
  setEnvironment(draft, fn, service, context);
  readServerlessEvents({ draft, findings, fn, resolve });
  for (const key of Object.keys(written)) {
    if (!READ.has(key)) findings.skip([...path, key], "has no counterpart in Sluice");
  }
  return draft;
}

function notDeployed(reason: string, { findings }: ForeignContext, path: ManifestPath): undefined {
  findings.skip(path, `is not deployed: ${reason}`);
}

/** TypeScript is taken as it is, as the framework and its plugins for esbuild do. */
function setHandler(draft: FunctionDraft, written: unknown, place: ManifestPath, context: ForeignContext): void {
  const { findings, folder } = context;
  const handler = readText(written, place, findings);
  if (handler === undefined) return findings.fault(place, "needs a handler such as 'src/app.handler'");
  const found = findHandlerFile({ folder, handler, sourcesFirst: true });
  if (typeof found === "string") return findings.fault(place, found);
  draft.set("entry", found.entry, place);
  draft.set("handler", found.handler, place);
}

/** The provider's variables and the function's own over them; a fault stands where the variable is written. */
function setEnvironment(
  draft: FunctionDraft,
  { written, path }: WrittenFunction,
  { provider, resolve }: ServerlessService,
  { findings }: ForeignContext,
): void {
  const place = [...path, "environment"];
  const read = (value: unknown, at: ManifestPath): Record<string, unknown> | undefined => {
    // The whole of it may be a variable: `environment: ${self:custom.environment}`.
    const mapping = typeof value === "string" ? findings.take(at, resolve(value)) : value;
    return readEnvironment(readMapping(mapping, at, findings), at, findings, resolve);
  };
  const shared = read(provider["environment"], ["provider", "environment"]);
  const own = read(written["environment"], place);
  if (shared === undefined && own === undefined) return;
  draft.set("environment", { ...shared, ...own }, own === undefined ? ["provider", "environment"] : place);
}
