import * as sdk from "@aws-sdk/client-lambda";
import type { OperationName } from "./answer-check.ts";
import type { Document } from "./step.ts";

type AnyCommand = Parameters<sdk.LambdaClient["send"]>[0];

/** The SDK's command of an operation. */
export function commandOf(operation: OperationName, input: Document): AnyCommand {
  const commands = sdk as unknown as Readonly<Record<string, new (input: Document) => AnyCommand>>;
  const Command = commands[`${operation}Command`];
  if (Command === undefined) throw new Error(`the SDK has no ${operation}`);
  return new Command(input);
}
