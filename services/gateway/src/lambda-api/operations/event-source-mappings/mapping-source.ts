import {
  type FunctionVersion,
  type MessageQueue,
  type Place,
  QUEUE_NAME,
  type RecordStream,
  STREAM_NAME,
} from "@sluice/core";
import { LambdaError } from "../../lambda-error.ts";
import type { OperationDeps } from "../deps.ts";

/** What a mapping reads, as it is at the moment. */
export type FoundSource =
  | { readonly kind: "queue"; readonly queue: MessageQueue }
  | { readonly kind: "stream"; readonly stream: RecordStream };

/** Inputs that name sources of another kind than an ARN. */
export interface SourceInput {
  readonly EventSourceArn?: string | undefined;
  readonly SelfManagedEventSource?: unknown;
}

const ARN = /^arn:aws[a-z-]*:([a-z0-9-]+):([a-z0-9-]*):(\d{12}):(.+)$/;
const INSTEAD = "Here functions are invoked by queues (SQS) and streams (Kinesis)";

export function sourceArn(place: Place, source: { readonly kind: "queue" | "stream"; readonly name: string }): string {
  const { region, accountId } = place;
  const resource = source.kind === "queue" ? source.name : `stream/${source.name}`;
  return `arn:aws:${source.kind === "queue" ? "sqs" : "kinesis"}:${region}:${accountId}:${resource}`;
}

/** @throws LambdaError InvalidParameterValueException, in AWS's words where it has any */
export async function findSource(deps: OperationDeps, tenant: string, input: SourceInput): Promise<FoundSource> {
  if (input.SelfManagedEventSource !== undefined) throw invalid(`${INSTEAD}, not by Kafka.`);
  const arn = input.EventSourceArn ?? "";
  const [, service = "", region, account, resource = ""] = ARN.exec(arn) ?? [];
  if (service === "dynamodb" || service === "kafka" || service === "mq" || service === "rds" || service === "docdb") {
    throw invalid(`${INSTEAD}, not by ${service}: let what writes there send to a queue or stream as well.`);
  }
  const isHere = region === deps.place.region && account === deps.place.accountId;
  if (service === "sqs" && QUEUE_NAME.test(resource)) {
    const queue = isHere ? await deps.messageQueues.describe({ tenant, name: resource }) : undefined;
    if (queue !== undefined) return { kind: "queue", queue };
    throw invalid(
      "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. " +
        "SQS Error Message: The specified queue does not exist.",
    );
  }
  const name = service === "kinesis" && resource.startsWith("stream/") ? resource.slice("stream/".length) : "";
  if (name.includes("/consumer/")) throw invalid("Consumers with a throughput of their own do not exist here.");
  if (STREAM_NAME.test(name)) {
    const stream = isHere ? await deps.recordStreams.describe({ tenant, name }) : undefined;
    if (stream !== undefined) return { kind: "stream", stream };
    throw invalid(`Stream not found: ${arn}`);
  }
  throw invalid("Unrecognized event source.");
}

/** A message that is visible again while its batch may still run would run twice. @throws LambdaError */
export function checkVisibility({ attributes }: MessageQueue, { config }: FunctionVersion): void {
  if (attributes.visibilityMs >= config.timeoutMs) return;
  throw invalid(
    `Queue visibility timeout: ${attributes.visibilityMs / 1_000} seconds is less than Function timeout: ` +
      `${config.timeoutMs / 1_000} seconds`,
  );
}

export function invalid(message: string): LambdaError {
  return new LambdaError("InvalidParameterValueException", message);
}
