import type { GuestSettings } from "@sluice/core";
import { dateNow, jsonParse } from "../primordials.ts";
import type { AbortSignal } from "../web/abort.ts";
import { describeError } from "./function-error.ts";
import type { Invocation } from "./invocation.ts";
import { failInvocation, succeedInvocation } from "./outcome.ts";

export type Callback = (error?: unknown, result?: unknown) => void;

/** The second argument of a handler, in Lambda's form, with `signal` beside it: of the prototype, so that copies and JSON are Lambda's own. */
export class LambdaContext {
  callbackWaitsForEmptyEventLoop = true;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly awsRequestId: string;
  /** Of Cognito, which nobody is here. */
  readonly identity = undefined;
  readonly clientContext: unknown;
  readonly getRemainingTimeInMillis: () => number;
  readonly done: Callback;
  readonly succeed: (result?: unknown) => void;
  readonly fail: (error?: unknown) => void;
  readonly #invocation: Invocation;

  constructor(settings: GuestSettings, invocation: Invocation, done: Callback) {
    const { deadlineMs, caller } = invocation;
    const { qualifier, clientContext } = caller;
    const arn = settings.invokedFunctionArn;
    this.functionName = settings.functionName;
    this.functionVersion = settings.functionVersion;
    this.invokedFunctionArn = qualifier === undefined ? arn : `${arn}:${qualifier}`;
    this.memoryLimitInMB = settings.memoryLimitInMB;
    this.logGroupName = settings.logGroupName;
    this.logStreamName = settings.logStreamName;
    this.awsRequestId = invocation.requestId;
    this.clientContext = clientContext === undefined ? undefined : jsonParse(clientContext);
    this.getRemainingTimeInMillis = () => {
      const left = deadlineMs - dateNow();
      return left > 0 ? left : 0;
    };
    this.done = done;
    this.succeed = (result) => succeedInvocation(invocation, result);
    this.fail = (error) => failInvocation(invocation, describeError(error));
    this.#invocation = invocation;
  }

  /** Aborts when the caller went away. Undefined on what only inherits from a context. */
  get signal(): AbortSignal | undefined {
    return #invocation in this ? this.#invocation.signal : undefined;
  }
}

/** The third argument of a handler. Anything but null and undefined in the first place is a failure. */
export function createCallback(invocation: Invocation): Callback {
  return (error, result) => {
    if (error === null || error === undefined) succeedInvocation(invocation, result);
    else failInvocation(invocation, describeError(error));
  };
}
