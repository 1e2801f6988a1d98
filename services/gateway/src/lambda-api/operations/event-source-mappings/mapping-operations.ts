import {
  type EventSourceMapping,
  functionArn,
  LATEST,
  mappingKey,
  RESULT_FIELD,
  type StreamSource,
} from "@sluice/core";
import { LambdaError } from "../../lambda-error.ts";
import { type Caller, defineLambdaOperation, type LambdaInput, type LambdaOperation } from "../../operation.ts";
import type { OperationDeps } from "../deps.ts";
import { authoriseTarget } from "../destination.ts";
import { type FunctionTarget, readTarget, requireVersion } from "../function-target.ts";
import { pageOf } from "../page.ts";
import { checkTags } from "../tags.ts";
import { addMapping, changeMapping, listMappings, removeMapping, requireMapping } from "./mapping-documents.ts";
import {
  DEFAULT_STREAM_SETTINGS,
  defaultSettings,
  readCommon,
  readQueueSource,
  readStreamSettings,
} from "./mapping-settings.ts";
import { checkVisibility, findSource, type FoundSource, invalid, sourceArn } from "./mapping-source.ts";
import { viewMapping } from "./mapping-view.ts";

const PER_PAGE = 100;

/** Mappings of queues and streams to functions. The workers see each change at once; nothing needs time to begin. */
export function eventSourceMappingOperations(deps: OperationDeps): LambdaOperation[] {
  return [create(deps), get(deps), list(deps), update(deps), remove(deps)];
}

function create(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("CreateEventSourceMapping", {
    async handle({ input, caller }) {
      const { tenant } = caller;
      const source = await findSource(deps, tenant, input);
      const target = readTarget(deps, caller, { FunctionName: input.FunctionName });
      await checkFunction(deps, target, source);
      await authoriseMapping(deps, caller, { source: input.EventSourceArn, target, failures: input.DestinationConfig });
      const tags = input.Tags ?? {};
      checkTags(tags);
      const now = deps.now();
      const mapping: EventSourceMapping = {
        tenant,
        id: deps.newId(),
        function: target.ref.name,
        qualifier: target.qualifier ?? LATEST,
        ...readCommon(defaultSettings(source.kind), input, source),
        source:
          source.kind === "queue"
            ? readQueueSource({ maximumConcurrency: null }, noStart(input), source.queue.name)
            : {
                kind: "stream",
                name: source.stream.name,
                ...readStreamSettings(DEFAULT_STREAM_SETTINGS, input, deps.place),
                start: await readStart(deps, input, source),
              },
        tags,
        createdAt: now,
        updatedAt: now,
      };
      await addMapping(deps, mapping);
      return viewMapping(deps.place, mapping, "Creating");
    },
  });
}

function noStart(input: LambdaInput<"CreateEventSourceMapping">): LambdaInput<"CreateEventSourceMapping"> {
  if (input.StartingPosition === undefined && input.StartingPositionTimestamp === undefined) return input;
  throw invalid("Unsupported StartingPosition parameter for given event source mapping type.");
}

async function readStart(
  deps: OperationDeps,
  input: LambdaInput<"CreateEventSourceMapping">,
  { stream }: Extract<FoundSource, { readonly kind: "stream" }>,
): Promise<StreamSource["start"]> {
  const { StartingPosition: position, StartingPositionTimestamp: timestamp } = input;
  if (position === undefined) {
    const fault = "Value null at 'startingPosition' failed to satisfy constraint: Member must not be null.";
    throw invalid(`1 validation error detected: ${fault}`);
  }
  if (position === "AT_TIMESTAMP") {
    if (timestamp === undefined)
      throw invalid("StartingPositionTimestamp is required when StartingPosition is AT_TIMESTAMP.");
    if (timestamp.getTime() > deps.now()) throw invalid("StartingPositionTimestamp must not be in the future.");
    return { kind: "time", atMs: timestamp.getTime() };
  }
  if (timestamp !== undefined) throw invalid("StartingPositionTimestamp can only be used with AT_TIMESTAMP.");
  if (position === "TRIM_HORIZON") return { kind: "oldest" };
  // Where each shard ends now: what comes until a worker begins to read is new as well.
  const shards = Array.from({ length: stream.shards }, (_, shard) => deps.recordStreams.head({ ...stream, shard }));
  return { kind: "newest", heads: await Promise.all(shards) };
}

function get(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("GetEventSourceMapping", {
    handle: async ({ input, caller }) => show(deps, await requireMapping(deps, caller.tenant, input.UUID ?? "")),
  });
}

function list(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("ListEventSourceMappings", {
    async handle({ input, caller }) {
      const isAsked = matcher(deps, caller, input);
      const all = (await listMappings(deps, caller.tenant)).filter(isAsked);
      const { items, marker } = pageOf(all, {
        marker: input.Marker,
        limit: Math.min(input.MaxItems ?? PER_PAGE, PER_PAGE),
        keyOf: ({ id }) => id,
      });
      return {
        EventSourceMappings: await Promise.all(items.map((mapping) => show(deps, mapping))),
        ...(marker === undefined ? {} : { NextMarker: marker }),
      };
    },
  });
}

function matcher(
  deps: OperationDeps,
  caller: Caller,
  input: LambdaInput<"ListEventSourceMappings">,
): (mapping: EventSourceMapping) => boolean {
  const { FunctionName, EventSourceArn } = input;
  const target = FunctionName === undefined ? undefined : readTarget(deps, caller, { FunctionName });
  return ({ source, function: name, qualifier }) =>
    (EventSourceArn === undefined || EventSourceArn === sourceArn(deps.place, source)) &&
    (target === undefined || (target.ref.name === name && (target.qualifier ?? LATEST) === qualifier));
}

function update(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("UpdateEventSourceMapping", {
    async handle({ input, caller }) {
      const known = await requireMapping(deps, caller.tenant, input.UUID ?? "");
      const source = await findSource(deps, caller.tenant, { EventSourceArn: sourceArn(deps.place, known.source) });
      const { FunctionName } = input;
      const named = FunctionName === undefined ? undefined : readTarget(deps, caller, { FunctionName });
      const target = named ?? { ref: { tenant: known.tenant, name: known.function }, qualifier: known.qualifier };
      if (named !== undefined) await checkFunction(deps, target, source);
      await authoriseMapping(deps, caller, { source: undefined, target, failures: input.DestinationConfig });
      const mapping = await changeMapping(deps, caller.tenant, known.id, (before) => ({
        ...before,
        function: target.ref.name,
        qualifier: target.qualifier ?? LATEST,
        ...readCommon(before, input, source),
        source:
          before.source.kind === "queue"
            ? readQueueSource(before.source, input, before.source.name)
            : { ...before.source, ...readStreamSettings(before.source, input, deps.place) },
        // Never the same twice: by this the workers see that there is something new.
        updatedAt: Math.max(deps.now(), before.updatedAt + 1),
      }));
      return viewMapping(deps.place, mapping, "Updating", await resultOf(deps, mapping));
    },
  });
}

function remove(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("DeleteEventSourceMapping", {
    async handle({ input, caller }) {
      const mapping = await requireMapping(deps, caller.tenant, input.UUID ?? "");
      const result = await resultOf(deps, mapping);
      await removeMapping(deps, mapping);
      await deps.sourceLeases.forget(mappingKey(mapping));
      return viewMapping(deps.place, mapping, "Deleting", result);
    },
  });
}

/** @throws LambdaError, in the words that AWS has for this */
interface MappingParts {
  /** ARN; undefined: it stays as it is. */
  readonly source: string | undefined;
  readonly target: FunctionTarget;
  readonly failures: { readonly OnFailure?: { readonly Destination?: string | undefined } | undefined } | undefined;
}

/** A mapping reads, calls and sends in nobody's name, so its maker must be allowed to do all three. */
async function authoriseMapping(
  deps: OperationDeps,
  caller: Caller,
  { source, target, failures }: MappingParts,
): Promise<void> {
  const action = source?.includes(":kinesis:") === true ? "kinesis:GetRecords" : "sqs:ReceiveMessage";
  if (source !== undefined) await deps.authorise({ caller, action, resourceArn: source });
  const resourceArn = functionArn(deps.place, target.ref.name, target.qualifier);
  await deps.authorise({ caller, action: "lambda:CreateEventSourceMapping", resourceArn });
  await authoriseTarget(deps, caller, failures?.OnFailure?.Destination);
}

async function checkFunction(deps: OperationDeps, target: FunctionTarget, source: FoundSource): Promise<void> {
  const { version } = await requireVersion(deps, target).catch((error: unknown) => {
    const isUnknown = error instanceof LambdaError && error.type === "ResourceNotFoundException";
    throw isUnknown ? invalid("Function does not exist") : error;
  });
  if (source.kind === "queue") checkVisibility(source.queue, version);
}

async function show(deps: OperationDeps, mapping: EventSourceMapping) {
  return viewMapping(deps.place, mapping, undefined, await resultOf(deps, mapping));
}

async function resultOf(deps: OperationDeps, mapping: EventSourceMapping): Promise<string | undefined> {
  return (await deps.sourceLeases.load(mappingKey(mapping)))[RESULT_FIELD];
}
