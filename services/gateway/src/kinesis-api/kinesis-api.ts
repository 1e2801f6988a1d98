import type { IncomingMessage, ServerResponse } from "node:http";
import { type OpenCall, type OpenedCall, readJsonInput, sendAwsAnswer } from "../aws-api/aws-call.ts";
import { AwsError, type AwsErrorDeps, toAwsError } from "../aws-api/aws-error.ts";
import { Fields } from "../aws-api/fields.ts";
import type { KinesisDeps, KinesisOperation } from "./kinesis-call.ts";
import { KINESIS_FAULTS, knownKinesisError } from "./kinesis-error.ts";
import * as records from "./record-operations.ts";
import * as streams from "./stream-operations.ts";

const TARGET = "Kinesis_20131202.";
const CONTENT_TYPE = "application/x-amz-json-1.1";

const OPERATIONS: ReadonlyMap<string, KinesisOperation> = new Map([
  ["AddTagsToStream", streams.addTags],
  ["CreateStream", streams.createStream],
  ["DecreaseStreamRetentionPeriod", streams.decreaseRetention],
  ["DeleteStream", streams.deleteStream],
  ["DescribeStream", streams.describeStream],
  ["DescribeStreamSummary", streams.describeStreamSummary],
  ["GetRecords", records.getRecords],
  ["GetShardIterator", records.getShardIterator],
  ["IncreaseStreamRetentionPeriod", streams.increaseRetention],
  ["ListShards", streams.listShards],
  ["ListStreams", streams.listStreams],
  ["ListTagsForStream", streams.listTags],
  ["PutRecord", records.putRecord],
  ["PutRecords", records.putRecords],
  ["RemoveTagsFromStream", streams.removeTags],
]);

export interface KinesisApiDeps extends KinesisDeps, AwsErrorDeps {}

/**
 * Record streams as the clients of Kinesis address them, in AWS' JSON protocol. Who calls `handle` knows how signatures
 * are checked.
 */
export class KinesisApi {
  readonly #deps: KinesisApiDeps;

  constructor(deps: KinesisApiDeps) {
    this.#deps = deps;
  }

  /** Never rejects: every failure is an answer. */
  async handle(request: IncomingMessage, response: ServerResponse, open: OpenCall): Promise<void> {
    const requestId = this.#deps.newId();
    const answer = { requestId, contentType: CONTENT_TYPE };
    try {
      const result = await this.#run(request, await open());
      sendAwsAnswer(response, { ...answer, status: 200, body: result === undefined ? "" : JSON.stringify(result) });
    } catch (thrown) {
      const { type, message, status } = toAwsError(thrown, this.#deps, knownKinesisError);
      sendAwsAnswer(response, { ...answer, status, body: JSON.stringify({ __type: type, message }) });
    }
  }

  async #run(request: IncomingMessage, { caller, body }: OpenedCall): Promise<object | undefined> {
    const target = String(request.headers["x-amz-target"] ?? "");
    const operation = target.startsWith(TARGET) ? OPERATIONS.get(target.slice(TARGET.length)) : undefined;
    if (operation === undefined) {
      throw new AwsError("UnknownOperationException", `The operation ${target.slice(0, 100)} is not known here.`);
    }
    return await operation({ deps: this.#deps, caller, input: new Fields(readJsonInput(body), KINESIS_FAULTS) });
  }
}
