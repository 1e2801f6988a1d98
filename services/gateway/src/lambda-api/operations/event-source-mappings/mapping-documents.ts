import { EVENT_SOURCE_LIMITS, type EventSourceMapping } from "@sluice/core";
import { LambdaError } from "../../lambda-error.ts";
import type { OperationDeps } from "../deps.ts";
import { invalid, sourceArn } from "./mapping-source.ts";

const KIND = "event-source-mapping";

export async function listMappings(deps: OperationDeps, tenant: string): Promise<readonly EventSourceMapping[]> {
  return (await deps.documents.list(KIND, tenant)).map(({ value }) => value as EventSourceMapping);
}

/** @throws LambdaError ResourceNotFoundException */
export async function requireMapping(deps: OperationDeps, tenant: string, id: string): Promise<EventSourceMapping> {
  const value = (await deps.documents.get(KIND, tenant, id.toLowerCase())) as EventSourceMapping | undefined;
  if (value === undefined) throw notFound();
  return value;
}

/** @throws LambdaError ResourceConflictException, InvalidParameterValueException */
export async function addMapping(deps: OperationDeps, mapping: EventSourceMapping): Promise<void> {
  const { tenant, id } = mapping;
  const others = await listMappings(deps, tenant);
  if (others.length >= EVENT_SOURCE_LIMITS.mappingsPerTenant) {
    throw invalid(`There can be at most ${EVENT_SOURCE_LIMITS.mappingsPerTenant} event source mappings.`);
  }
  checkAlone(deps, mapping, others);
  await deps.documents.change(KIND, tenant, id, () => ({ put: mapping }));
  try {
    // Two that are made at the same time each see the other now, and neither stays.
    checkAlone(deps, mapping, await listMappings(deps, tenant));
  } catch (error) {
    await deps.documents.change(KIND, tenant, id, () => ({ delete: true }));
    throw error;
  }
}

/** @throws LambdaError ResourceNotFoundException, and what `decide` throws */
export async function changeMapping(
  deps: OperationDeps,
  tenant: string,
  id: string,
  decide: (before: EventSourceMapping) => EventSourceMapping,
): Promise<EventSourceMapping> {
  const changed = await deps.documents.change(KIND, tenant, id.toLowerCase(), (before) => {
    if (before === undefined) throw notFound();
    return { put: decide(before as EventSourceMapping) };
  });
  return changed as EventSourceMapping;
}

export async function removeMapping(deps: OperationDeps, { tenant, id }: EventSourceMapping): Promise<void> {
  await deps.documents.change(KIND, tenant, id, () => ({ delete: true }));
}

/** @throws LambdaError ResourceConflictException, as AWS words it */
function checkAlone({ place }: OperationDeps, mapping: EventSourceMapping, all: readonly EventSourceMapping[]): void {
  const { source } = mapping;
  const same = all.find(
    (other) =>
      other.id !== mapping.id &&
      other.function === mapping.function &&
      other.qualifier === mapping.qualifier &&
      other.source.kind === source.kind &&
      other.source.name === source.name,
  );
  if (same === undefined) return;
  const arn = sourceArn(place, source);
  const what =
    source.kind === "queue"
      ? `An event source mapping with SQS arn (" ${arn} ") and function (" ${mapping.function} ") already exists.`
      : `The event source arn (" ${arn} ") and function (" ${mapping.function} ") provided mapping already exists.`;
  throw new LambdaError(
    "ResourceConflictException",
    `${what} Please update or delete the existing mapping with UUID ${same.id}`,
  );
}

function notFound(): LambdaError {
  return new LambdaError("ResourceNotFoundException", "The resource you requested does not exist.");
}
