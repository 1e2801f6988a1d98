import {
  findUrlTrigger,
  type FunctionRecord,
  functionArn,
  type FunctionUrl,
  type HttpTrigger,
  type InvokeMode,
  LIMITS,
  type Trigger,
  type TriggerAuth,
  urlTriggerName,
} from "@sluice/core";
import { LambdaError } from "../lambda-error.ts";
import { defineLambdaOperation, type LambdaOperation } from "../operation.ts";
import type { OperationDeps } from "./deps.ts";
import { type CorsDocument, readCors } from "./function-url-cors.ts";
import { viewUrl } from "./function-url-view.ts";
import { type FunctionTarget, readTarget } from "./function-target.ts";
import { pageOf } from "./page.ts";

const PER_PAGE = 50;
const MODES: Readonly<Record<"BUFFERED" | "RESPONSE_STREAM", InvokeMode>> = {
  BUFFERED: "buffered",
  RESPONSE_STREAM: "stream",
};

interface UrlInput {
  readonly AuthType?: "NONE" | "AWS_IAM" | undefined;
  readonly Cors?: CorsDocument | undefined;
  readonly InvokeMode?: "BUFFERED" | "RESPONSE_STREAM" | undefined;
}

/** Function URLs: the http triggers of a function and of its aliases, whoever made them. */
export function functionUrlOperations(deps: OperationDeps): LambdaOperation[] {
  return [createUrl(deps), updateUrl(deps), getUrl(deps), deleteUrl(deps), listUrls(deps)];
}

function createUrl(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("CreateFunctionUrlConfig", {
    async handle({ input, caller, response }) {
      const target = readTarget(deps, caller, input);
      const { ref, qualifier = null } = target;
      const name = urlTriggerName(ref.name, qualifier);
      const base: HttpTrigger = { type: "http", name, auth: { type: "none" }, origin: "api" };
      const record = await change(deps, target, noFunction, ({ aliases, triggers }) => {
        if (findUrlTrigger(triggers, qualifier) !== undefined) throw exists(deps, target);
        if (qualifier !== null && !Object.hasOwn(aliases, qualifier)) throw noFunction();
        if (triggers.filter(({ type }) => type === "http").length >= LIMITS.urlsPerFunction) throw tooMany();
        return [...triggers, withInput(base, input, deps.now(), "buffered")];
      });
      return viewUrl(deps, record, requireUrl(record, target), response);
    },
  });
}

function updateUrl(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("UpdateFunctionUrlConfig", {
    async handle({ input, caller, response }) {
      const target = readTarget(deps, caller, input);
      const record = await change(deps, target, noUrl, (before) => {
        const known = requireUrl(before, target);
        const next = withInput(known, input, deps.now(), "stream");
        return before.triggers.map((trigger) => (trigger === known ? next : trigger));
      });
      return viewUrl(deps, record, requireUrl(record, target), response);
    },
  });
}

function getUrl(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("GetFunctionUrlConfig", {
    async handle({ input, caller, response }) {
      const target = readTarget(deps, caller, input);
      const record = await deps.registry.getFunction(target.ref);
      if (record === undefined) throw noUrl();
      return viewUrl(deps, record, requireUrl(record, target), response);
    },
  });
}

function deleteUrl(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("DeleteFunctionUrlConfig", {
    async handle({ input, caller }) {
      const target = readTarget(deps, caller, input);
      await change(deps, target, noUrl, (before) => {
        const known = requireUrl(before, target);
        return before.triggers.filter((trigger) => trigger !== known);
      });
      return {};
    },
  });
}

function listUrls(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("ListFunctionUrlConfigs", {
    async handle({ input, caller, response }) {
      const { ref } = readTarget(deps, caller, input);
      const record = await deps.registry.getFunction(ref);
      if (record === undefined) throw noFunction();
      const urls = record.triggers.filter((trigger): trigger is HttpTrigger => trigger.type === "http");
      const { items, marker } = pageOf(urls.sort(byName), {
        marker: input.Marker,
        limit: input.MaxItems ?? PER_PAGE,
        keyOf: ({ name }) => name,
      });
      return {
        FunctionUrlConfigs: items.map((trigger) => viewUrl(deps, record, trigger, response)),
        ...(marker === undefined ? {} : { NextMarker: marker }),
      };
    },
  });
}

/** What is absent stays as it is. */
function withInput(trigger: HttpTrigger, input: UrlInput, now: number, fallback: InvokeMode): HttpTrigger {
  const known = trigger.url;
  const url: FunctionUrl = {
    cors: input.Cors === undefined ? (known?.cors ?? null) : readCors(input.Cors),
    invokeMode: input.InvokeMode === undefined ? (known?.invokeMode ?? fallback) : MODES[input.InvokeMode],
    createdAt: known?.createdAt ?? now,
    updatedAt: now,
  };
  return { ...trigger, auth: withAuth(trigger.auth, input), url };
}

/** A token or secret is shown as NONE: who writes that back has not asked for it to be taken away. */
function withAuth(known: TriggerAuth, { AuthType: type }: UrlInput): TriggerAuth {
  if (type === "AWS_IAM") return { type: "iam" };
  return type === "NONE" && known.type === "iam" ? { type: "none" } : known;
}

async function change(
  deps: OperationDeps,
  { ref }: FunctionTarget,
  missing: () => LambdaError,
  decide: (record: FunctionRecord) => readonly Trigger[],
): Promise<FunctionRecord> {
  const { record } = await deps.registry.change(ref, (before) => {
    if (before === undefined) throw missing();
    return { now: deps.now(), triggers: decide(before) };
  });
  if (record === undefined) throw missing();
  return record;
}

function requireUrl({ triggers }: FunctionRecord, { qualifier }: FunctionTarget): HttpTrigger {
  const found = findUrlTrigger(triggers, qualifier ?? null);
  if (found === undefined) throw noUrl();
  return found;
}

function byName(a: HttpTrigger, b: HttpTrigger): number {
  return a.name < b.name ? -1 : 1;
}

function noFunction(): LambdaError {
  return new LambdaError("ResourceNotFoundException", "Function does not exist");
}

function noUrl(): LambdaError {
  return new LambdaError("ResourceNotFoundException", "The resource you requested does not exist.");
}

function exists({ place }: OperationDeps, { ref, qualifier }: FunctionTarget): LambdaError {
  const arn = functionArn(place, ref.name, qualifier);
  return new LambdaError(
    "ResourceConflictException",
    `Failed to create function url config for [functionArn = ${arn}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
  );
}

function tooMany(): LambdaError {
  return new LambdaError(
    "InvalidParameterValueException",
    `A function and its aliases have ${LIMITS.urlsPerFunction} URLs at most.`,
  );
}
