import { functionArn, type Place } from "@sluice/core";
import { parseFunctionReference } from "./function-reference.ts";
import type { OperationName } from "./route.ts";

type Document = Readonly<Record<string, unknown>>;

/** Members that are an ARN themselves. */
const ARN_MEMBERS = ["ResourceArn", "Resource", "CodeSigningConfigArn", "DurableExecutionArn", "Arn"];

/** Operations whose address does not name what they are about. */
export const NAMED_BY_INPUT: ReadonlySet<OperationName> = new Set([
  "CreateFunction",
  "CreateCapacityProvider",
  "GetLayerVersionByArn",
]);

/**
 * What an operation is about, for the policy that decides on it. The input may be the labels of the address alone: they
 * say it for every operation but those above. `*`: nothing in particular.
 */
export function resourceArn(place: Place, input: Document, query?: URLSearchParams): string {
  const text = (name: string): string | undefined => {
    const value = input[name];
    return typeof value === "string" ? value : undefined;
  };
  const name = text("FunctionName");
  if (name !== undefined)
    return functionResource(place, name, text("Qualifier") ?? query?.get("Qualifier") ?? undefined);
  const own = (kind: string, id: string): string =>
    id.startsWith("arn:") ? id : `arn:aws:lambda:${place.region}:${place.accountId}:${kind}:${id}`;
  const layer = text("LayerName");
  if (layer !== undefined) {
    const version = text("VersionNumber");
    return version === undefined ? own("layer", layer) : `${own("layer", layer)}:${version}`;
  }
  const mapping = text("UUID");
  if (mapping !== undefined) return own("event-source-mapping", mapping);
  const provider = text("CapacityProviderName");
  if (provider !== undefined) return own("capacity-provider", provider);
  for (const member of ARN_MEMBERS) {
    const arn = text(member);
    if (arn !== undefined) return arn;
  }
  return "*";
}

/** Another account's function keeps its account, so that a policy can tell it from ours. */
function functionResource(place: Place, reference: string, qualifier: string | undefined): string {
  const parsed = parseFunctionReference(reference);
  if (parsed === undefined) return functionArn(place, reference);
  const { region = place.region, accountId = place.accountId, name } = parsed;
  return functionArn({ region, accountId }, name, parsed.qualifier ?? qualifier);
}
