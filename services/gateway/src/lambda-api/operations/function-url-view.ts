import type { ServerResponse } from "node:http";
import {
  DEFAULT_TENANT,
  type FunctionRecord,
  type FunctionRef,
  functionArn,
  type HttpTrigger,
  qualifierOf,
} from "@sluice/core";
import { urlIdOf } from "@sluice/store";
import type { OperationDeps } from "./deps.ts";
import { viewCors } from "./function-url-cors.ts";
import { originOf } from "./origin.ts";

type AddressDeps = Pick<OperationDeps, "place" | "urlDomain">;

/**
 * How AWS's clients see a function's http trigger. Of one that a manifest guards with a token or a secret they see NONE:
 * no signature is asked for, as on AWS where the function itself looks at who calls.
 */
export function viewUrl(deps: AddressDeps, record: FunctionRecord, trigger: HttpTrigger, response: ServerResponse) {
  const { name, createdAt, updatedAt } = record;
  const { url } = trigger;
  const cors = url?.cors ?? null;
  return {
    FunctionUrl: addressOf(deps, record, trigger, response),
    FunctionArn: functionArn(deps.place, name, qualifierOf(trigger) ?? undefined),
    AuthType: trigger.auth.type === "iam" ? ("AWS_IAM" as const) : ("NONE" as const),
    ...(cors === null ? {} : { Cors: viewCors(cors) }),
    CreationTime: new Date(url?.createdAt ?? createdAt).toISOString(),
    LastModifiedTime: new Date(url?.updatedAt ?? updatedAt).toISOString(),
    InvokeMode: url?.invokeMode === "buffered" ? ("BUFFERED" as const) : ("RESPONSE_STREAM" as const),
  };
}

/** A host of its own where there is a domain for them, else a path of the gateway that was asked. */
function addressOf(
  { place, urlDomain }: AddressDeps,
  { tenant }: FunctionRef,
  { name }: HttpTrigger,
  response: ServerResponse,
): string {
  if (urlDomain === undefined) {
    const prefix = tenant === DEFAULT_TENANT ? "" : `~${tenant}/`;
    return `${originOf(response)}/fn/${prefix}${name}/`;
  }
  const [, scheme = "https://", domain = ""] = /^(https?:\/\/)?(.*)$/.exec(urlDomain) ?? [];
  return `${scheme}${urlIdOf(tenant, name)}.lambda-url.${place.region}.${domain}/`;
}
