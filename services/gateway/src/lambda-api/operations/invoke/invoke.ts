import {
  type FunctionError,
  type Invocation,
  LATEST,
  LIMITS,
  PlatformError,
  readClientContext,
  toFunctionErrorBody,
} from "@sluice/core";
import { lineageOf } from "../../../request/lineage.ts";
import { parseJsonBody } from "../../../request/json-body.ts";
import type { CallResult } from "../../../invoker.ts";
import { LambdaError } from "../../lambda-error.ts";
import { type AnyCall, defineLambdaOperation, type LambdaOperation } from "../../operation.ts";
import type { OperationDeps } from "../deps.ts";
import { type FunctionTarget, notFound, readTarget } from "../function-target.ts";

/** Of the log, this much comes with the answer when the caller asks for it (LogType Tail). */
const LOG_TAIL_BYTES = 4_096;

export function invokeOperations(deps: OperationDeps): LambdaOperation[] {
  return [invoke(deps), invokeAsync(deps)];
}

function invoke(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("Invoke", {
    async handle({ input, caller, requestId, response }) {
      const target = readTarget(deps, caller, input);
      refuseDurable(input.DurableExecutionName);
      if (input.InvocationType === "DryRun") {
        await requireCallable(deps, target);
        return { StatusCode: 204 };
      }
      const asynchronous = input.InvocationType === "Event";
      const event = readEvent(input.Payload, asynchronous);
      const invocation = newInvocation(deps, target, { response, requestId });
      if (asynchronous) {
        await requireCallable(deps, target);
        await deps.invoker.enqueue({ ...invocation, event });
        return { StatusCode: 202 };
      }
      response.once("close", () => {
        if (!response.writableFinished) deps.invoker.abandon(requestId);
      });
      const result = await deps.invoker.call(invocation, event, {
        logs: input.LogType === "Tail",
        ...readContext(input.ClientContext),
      });
      return answer(deps, target, result, input.LogType === "Tail");
    },
  });
}

function invokeAsync(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("InvokeAsync", {
    async handle({ input, caller, requestId, response }) {
      const target = readTarget(deps, caller, input);
      const event = readEvent(input.InvokeArgs as Uint8Array | undefined, true);
      await requireCallable(deps, target);
      await deps.invoker.enqueue({ ...newInvocation(deps, target, { response, requestId }), event });
      return { Status: 202 };
    },
  });
}

/** @throws LambdaError ResourceNotFoundException */
export async function requireCallable(deps: OperationDeps, target: FunctionTarget): Promise<void> {
  if ((await deps.functions.get(target.ref, target.qualifier ?? LATEST)) === undefined)
    throw notFound(deps.place, target);
}

/** @throws LambdaError InvalidParameterValueException */
function refuseDurable(name: string | undefined): void {
  if (name === undefined) return;
  throw new LambdaError(
    "InvalidParameterValueException",
    "DurableExecutionName cannot be used: durable executions are not offered here.",
  );
}

export function newInvocation(
  deps: OperationDeps,
  { ref, qualifier = LATEST }: FunctionTarget,
  { response, requestId }: Pick<AnyCall, "response" | "requestId">,
): Omit<Invocation, "event"> {
  const lineage = lineageOf(response.req.headers);
  return {
    id: requestId,
    tenant: ref.tenant,
    function: ref.name,
    qualifier,
    source: "api",
    trigger: "",
    acceptedAt: deps.now(),
    ...(lineage === undefined ? {} : { lineage }),
  };
}

/** @throws LambdaError InvalidRequestContentException, RequestTooLargeException */
export function readEvent(payload: Uint8Array | undefined, asynchronous: boolean): string {
  const bytes = payload ?? new Uint8Array(0);
  if (asynchronous && bytes.length > LIMITS.asyncPayloadBytesMax) {
    throw new LambdaError(
      "RequestTooLargeException",
      `${bytes.length} byte payload is too large for the Event invocation type (limit ${LIMITS.asyncPayloadBytesMax} bytes)`,
    );
  }
  try {
    return parseJsonBody(bytes).text;
  } catch (error) {
    if (!(error instanceof PlatformError) || error.code !== "Request.InvalidJson") throw error;
    throw new LambdaError("InvalidRequestContentException", `Could not parse request body into json: ${error.message}`);
  }
}

/** @throws LambdaError InvalidRequestContentException */
export function readContext(text: string | undefined): { readonly clientContext?: string } {
  if (text === undefined || text === "") return {};
  try {
    return { clientContext: readClientContext(text) };
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    throw new LambdaError(
      "InvalidRequestContentException",
      `Client context must be a valid Base64-encoded JSON object. ${message}`,
    );
  }
}

function answer(deps: OperationDeps, target: FunctionTarget, result: CallResult, logs: boolean) {
  if (result.kind === "refused") throw toRefusal(deps, target, result.error);
  const { head, payload } = result;
  return {
    StatusCode: 200,
    ExecutedVersion: head.version,
    ...(head.error === undefined ? {} : { FunctionError: "Unhandled" }),
    ...(logs ? { LogResult: logTail(head.logs ?? []) } : {}),
    Payload: head.error === undefined ? orNull(payload) : errorBody(head.error),
  };
}

/** A function that does not exist is named by its ARN, as AWS does. */
export function toRefusal(deps: OperationDeps, target: FunctionTarget, error: PlatformError): Error {
  const missing = error.code === "Function.NotFound" || error.code === "Function.VersionNotFound";
  return missing ? notFound(deps.place, target) : error;
}

function errorBody(error: FunctionError): Buffer {
  return Buffer.from(toFunctionErrorBody(error));
}

/** A handler that returns nothing has answered `null`. */
function orNull(payload: Buffer): Buffer {
  return payload.length === 0 ? Buffer.from("null") : payload;
}

/** Base64 of the last 4 KB. */
export function logTail(lines: readonly string[]): string {
  return Buffer.from(`${lines.join("\n")}\n`)
    .subarray(-LOG_TAIL_BYTES)
    .toString("base64");
}
