import { type FunctionError, HOST_CALLS, LIMITS, SANDBOX_ERROR_TYPES } from "@sluice/core";
import { notify } from "../bridge/host.ts";
import { jsonStringify } from "../primordials.ts";
import { exceedsUtf8, utf8Length } from "../web/utf8-length.ts";
import { describeError, functionErrorJson } from "./function-error.ts";
import { judged } from "./memory-limit.ts";
import { type Invocation, runningInvocation, setRunningInvocation } from "./invocation.ts";

const SUCCEED = HOST_CALLS["invocation.succeed"].op;
const FAIL = HOST_CALLS["invocation.fail"].op;

let whenSettled: () => void;

/** `callback` runs right after each result, possibly deep in a stack of user code. */
export function onSettled(callback: () => void): void {
  whenSettled = callback;
}

/** The first result counts; later ones are ignored. */
export function succeedInvocation(invocation: Invocation, value: unknown): void {
  if (invocation.settled) return;
  let json: string;
  try {
    json = value === undefined ? "null" : (jsonStringify(value) ?? "null");
  } catch (error) {
    const { errorMessage, trace } = describeError(error);
    failInvocation(invocation, {
      errorType: SANDBOX_ERROR_TYPES.notSerializable,
      errorMessage: `The handler's result cannot be written as JSON: ${errorMessage}`,
      trace,
    });
    return;
  }
  succeedWithJson(invocation, json);
}

export function succeedWithJson(invocation: Invocation, json: string): void {
  if (exceedsUtf8(json, LIMITS.payloadBytesMax)) failInvocation(invocation, tooLarge(json));
  else settle(invocation, SUCCEED, json, false);
}

export function failInvocation(invocation: Invocation, error: FunctionError): void {
  if (invocation.settled) return;
  const told = judged(error);
  settle(invocation, FAIL, functionErrorJson(told), told.errorType === SANDBOX_ERROR_TYPES.outOfMemory);
}

/** `isLast`: the host takes an isolate that is out of memory away, so nothing else may begin in it. */
function settle(invocation: Invocation, op: number, text: string, isLast: boolean): void {
  // Writing the JSON may have run a `toJSON` that ended the invocation itself.
  if (invocation.settled) return;
  invocation.settled = true;
  invocation.logs.close();
  notify(op, invocation.seq, text);
  if (runningInvocation() !== invocation) return;
  setRunningInvocation(undefined);
  if (!isLast) whenSettled();
}

function tooLarge(json: string): FunctionError {
  return {
    errorType: SANDBOX_ERROR_TYPES.responseTooLarge,
    errorMessage:
      `Response payload size (${utf8Length(json)} bytes) exceeded maximum allowed payload size ` +
      `(${LIMITS.payloadBytesMax} bytes).`,
    trace: [],
    explanation: "Store large results, for example in object storage, and return their address.",
  };
}
