import type { ServerResponse } from "node:http";
import type { AccessKey } from "@sluice/core";
import type { Commands } from "./model/commands.ts";
import { OPERATIONS } from "./model/operations.ts";
import type { OperationName } from "./route.ts";

/** Who calls, as their signature or key has shown. */
export interface Caller {
  readonly tenant: string;
  /** What the caller proved to hold. */
  readonly key?: AccessKey;
  /** The ARN of the principal, for policies and messages. */
  readonly principal?: string;
}

/** Bytes are bytes here, whatever else the SDK takes or dresses them in. */
type PlainInput<T> = {
  readonly [K in keyof T]: Uint8Array extends T[K]
    ? unknown extends T[K]
      ? T[K]
      : Uint8Array | Extract<T[K], undefined>
    : T[K];
};
type PlainOutput<T> = {
  readonly [K in keyof Omit<T, "$metadata">]: NonNullable<T[K]> extends Uint8Array
    ? Uint8Array | Extract<T[K], undefined>
    : T[K];
};

export type LambdaInput<N extends OperationName> = PlainInput<Commands[N]["input"]>;

/** Nothing when the handler itself answers, because its output is a stream. */
export type LambdaOutput<N extends OperationName> = N extends "InvokeWithResponseStream"
  ? undefined
  : PlainOutput<Commands[N]["output"]>;

export interface LambdaCall<N extends OperationName> {
  readonly input: LambdaInput<N>;
  readonly caller: Caller;
  /** In the answer's `x-amzn-RequestId`; the id of an invocation as well, as on AWS. */
  readonly requestId: string;
  /** For outputs that are streams; to everything else this API answers itself. */
  readonly response: ServerResponse;
}

export interface LambdaOperationDefinition<N extends OperationName> {
  /** The IAM action that permits it; absent: the operation's own name. */
  readonly action?: string;
  /** May throw LambdaError and PlatformError. */
  handle(call: LambdaCall<N>): Promise<LambdaOutput<N>>;
}

/** An operation with its handler, its types forgotten: what the API keeps. */
export interface LambdaOperation {
  readonly name: OperationName;
  readonly action: string;
  run(call: AnyCall): Promise<Readonly<Record<string, unknown>> | undefined>;
}

export type AnyCall = Omit<LambdaCall<OperationName>, "input"> & { readonly input: Readonly<Record<string, unknown>> };

/** Where AWS asks for the permission of another operation. */
const ACTIONS: Readonly<Partial<Record<OperationName, string>>> = {
  Invoke: "InvokeFunction",
  InvokeWithResponseStream: "InvokeFunction",
  GetLayerVersionByArn: "GetLayerVersion",
};

export function defineLambdaOperation<N extends OperationName>(
  name: N,
  definition: LambdaOperationDefinition<N>,
): LambdaOperation {
  return {
    name,
    action: definition.action ?? `lambda:${ACTIONS[name] ?? name}`,
    // What was read by the model's shapes is of the SDK's types: both come from one model.
    run: (call) => definition.handle(call as unknown as LambdaCall<N>),
  };
}

/** Operations of the model that nobody handles. AWS has no answer for such a thing, so there must be none. */
export function missingOperations(registered: readonly LambdaOperation[]): readonly OperationName[] {
  const handled = new Set<string>(registered.map(({ name }) => name));
  return (Object.keys(OPERATIONS) as OperationName[]).filter((name) => !handled.has(name));
}
