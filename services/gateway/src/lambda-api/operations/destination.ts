import { type DestinationKind, parseDestination, type Place } from "@sluice/core";
import { LambdaError } from "../lambda-error.ts";
import type { Caller } from "../operation.ts";
import type { OperationDeps } from "./deps.ts";

/**
 * The destination that a client names; null when it names none.
 *
 * @throws LambdaError InvalidParameterValueException, with what can be named
 */
export function checkDestination(
  place: Place,
  given: { readonly Destination?: string | undefined } | undefined,
  where: "OnSuccess" | "OnFailure",
): string | null {
  const arn = given?.Destination;
  if (arn === undefined || arn === "") return null;
  const destination = parseDestination(arn);
  if (destination === undefined) {
    throw invalid(
      `The provided destination config DestinationConfig(${where}=${arn}) is invalid: name a function, an SQS queue, ` +
        "a Kinesis stream, a bucket (OnFailure only), or the http(s) address of a webhook.",
    );
  }
  if (destination.kind === "bucket" && where === "OnSuccess") {
    throw invalid("S3 destinations can only be used for OnFailure.");
  }
  if (destination.kind === "queue" && destination.name.endsWith(".fifo")) {
    throw invalid(`The destination ${arn} is a FIFO queue, which cannot be one: name a standard queue.`);
  }
  if (destination.kind !== "bucket" && destination.kind !== "webhook") checkPlace(place, arn);
  return arn;
}

const SEND_ACTIONS: Readonly<Record<Exclude<DestinationKind, "webhook">, string>> = {
  function: "lambda:InvokeFunction",
  queue: "sqs:SendMessage",
  stream: "kinesis:PutRecords",
  bucket: "s3:PutObject",
};

/**
 * Events are sent on in nobody's name, so whoever names the target must be allowed to send there.
 *
 * @throws LambdaError AccessDeniedException
 */
export async function authoriseTarget(
  { authorise }: Pick<OperationDeps, "authorise">,
  caller: Caller,
  arn: string | undefined,
): Promise<void> {
  const destination = arn === undefined ? undefined : parseDestination(arn);
  if (arn === undefined || destination === undefined || destination.kind === "webhook") return;
  await authorise({ caller, action: SEND_ACTIONS[destination.kind], resourceArn: arn });
}

function checkPlace({ region, accountId }: Place, arn: string): void {
  const [, , , itsRegion, itsAccount] = arn.split(":");
  if (itsRegion === region && itsAccount === accountId) return;
  throw invalid(`The destination ${arn} is of another region or account than this server's (${region}, ${accountId}).`);
}

function invalid(message: string): LambdaError {
  return new LambdaError("InvalidParameterValueException", message);
}
