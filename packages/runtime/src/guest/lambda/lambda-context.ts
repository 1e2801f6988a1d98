import type { GuestSettings } from "@sluice/core";
import { dateNow } from "../primordials.ts";
import { describeError } from "./function-error.ts";
import type { Invocation } from "./invocation.ts";
import { failInvocation, succeedInvocation } from "./outcome.ts";

export type Callback = (error?: unknown, result?: unknown) => void;

/** The second argument of a handler, in Lambda's form. */
export interface LambdaContext {
  callbackWaitsForEmptyEventLoop: boolean;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly awsRequestId: string;
  readonly identity: undefined;
  readonly clientContext: undefined;
  getRemainingTimeInMillis(): number;
  done: Callback;
  succeed(result?: unknown): void;
  fail(error?: unknown): void;
}

export function createContext(settings: GuestSettings, invocation: Invocation, done: Callback): LambdaContext {
  const { deadlineMs } = invocation;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: settings.functionName,
    functionVersion: settings.functionVersion,
    invokedFunctionArn: settings.invokedFunctionArn,
    memoryLimitInMB: settings.memoryLimitInMB,
    logGroupName: settings.logGroupName,
    logStreamName: settings.logStreamName,
    awsRequestId: invocation.requestId,
    identity: undefined,
    clientContext: undefined,
    getRemainingTimeInMillis: () => {
      const left = deadlineMs - dateNow();
      return left > 0 ? left : 0;
    },
    done,
    succeed: (result) => succeedInvocation(invocation, result),
    fail: (error) => failInvocation(invocation, describeError(error)),
  };
}

/** The third argument of a handler. Anything but null and undefined in the first place is a failure. */
export function createCallback(invocation: Invocation): Callback {
  return (error, result) => {
    if (error === null || error === undefined) succeedInvocation(invocation, result);
    else failInvocation(invocation, describeError(error));
  };
}
