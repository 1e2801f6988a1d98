import type { Place } from "@sluice/core";
import { LambdaError } from "../lambda-error.ts";

/** Kinds of destinations by their ARN; the last is Sluice's own. */
const KINDS: readonly RegExp[] = [
  /^arn:aws[\w-]*:lambda:([\w-]+):(\d{12}):function:[\w-]+(:[\w$-]+)?$/,
  /^arn:aws[\w-]*:sqs:([\w-]+):(\d{12}):[\w-]+(\.fifo)?$/,
  /^arn:aws[\w-]*:kinesis:([\w-]+):(\d{12}):stream\/[\w.-]+$/,
];
const BUCKET = /^arn:aws[\w-]*:s3:::[a-z0-9.-]{3,63}$/;
const WEBHOOK = /^https?:\/\/[^\s]{1,300}$/;

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
  if (WEBHOOK.test(arn)) return arn;
  if (BUCKET.test(arn)) {
    if (where === "OnFailure") return arn;
    throw invalid("S3 destinations can only be used for OnFailure.");
  }
  for (const kind of KINDS) {
    const match = kind.exec(arn);
    if (match === null) continue;
    if (match[1] === place.region && match[2] === place.accountId) return arn;
    throw invalid(
      `The destination ARN ${arn} is of another region or account than this server's (${place.region}, ${place.accountId}).`,
    );
  }
  throw invalid(
    `The provided destination config DestinationConfig(${where}=${arn}) is invalid: name a function, an SQS queue, ` +
      "a Kinesis stream, a bucket (OnFailure only), or the http(s) address of a webhook.",
  );
}

function invalid(message: string): LambdaError {
  return new LambdaError("InvalidParameterValueException", message);
}
