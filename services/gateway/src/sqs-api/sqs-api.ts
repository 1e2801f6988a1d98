import type { IncomingMessage, ServerResponse } from "node:http";
import type { TLSSocket } from "node:tls";
import { type AwsCaller, type OpenCall, readJsonInput, sendAwsAnswer } from "../aws-api/aws-call.ts";
import { AwsError, type AwsErrorDeps, toAwsError } from "../aws-api/aws-error.ts";
import { Fields } from "../aws-api/fields.ts";
import { lineageOf } from "../request/lineage.ts";
import { readForm, writeError, writeResult } from "./query-protocol.ts";
import * as queues from "./queue-operations.ts";
import * as tags from "./queue-tags.ts";
import * as receives from "./receive-operations.ts";
import * as sends from "./send-operations.ts";
import type { SqsDeps, SqsOperation } from "./sqs-call.ts";
import { knownSqsError, SQS_FAULTS } from "./sqs-error.ts";

const TARGET = "AmazonSQS.";

const OPERATIONS: ReadonlyMap<string, SqsOperation> = new Map([
  ["ChangeMessageVisibility", receives.changeMessageVisibility],
  ["ChangeMessageVisibilityBatch", receives.changeMessageVisibilityBatch],
  ["CreateQueue", queues.createQueue],
  ["DeleteMessage", receives.deleteMessage],
  ["DeleteMessageBatch", receives.deleteMessageBatch],
  ["DeleteQueue", queues.deleteQueue],
  ["GetQueueAttributes", queues.getQueueAttributes],
  ["GetQueueUrl", queues.getQueueUrl],
  ["ListDeadLetterSourceQueues", queues.listDeadLetterSourceQueues],
  ["ListQueueTags", tags.listQueueTags],
  ["ListQueues", queues.listQueues],
  ["PurgeQueue", queues.purgeQueue],
  ["ReceiveMessage", receives.receiveMessage],
  ["SendMessage", sends.sendMessage],
  ["SendMessageBatch", sends.sendMessageBatch],
  ["SetQueueAttributes", queues.setQueueAttributes],
  ["TagQueue", tags.tagQueue],
  ["UntagQueue", tags.untagQueue],
]);

export interface SqsApiDeps extends SqsDeps, AwsErrorDeps {}

/** What a request asks for, whichever protocol it speaks. */
interface Asked {
  readonly action: string;
  readonly input: () => unknown;
}

/**
 * Message queues as the clients of SQS address them: AWS' JSON protocol, and the query protocol of older clients. Who
 * calls `handle` knows how signatures are checked.
 */
export class SqsApi {
  readonly #deps: SqsApiDeps;

  constructor(deps: SqsApiDeps) {
    this.#deps = deps;
  }

  /** Never rejects: every failure is an answer. */
  async handle(request: IncomingMessage, response: ServerResponse, open: OpenCall): Promise<void> {
    const requestId = this.#deps.newId();
    const query = request.headers["x-amz-target"] === undefined;
    const contentType = query ? "text/xml" : "application/x-amz-json-1.0";
    try {
      const { caller, body } = await open();
      const asked = readAsked(request, body);
      const result = await this.#run(request, response, caller, asked);
      const text = query ? writeResult(asked.action, result, requestId) : JSON.stringify(result);
      sendAwsAnswer(response, { status: 200, requestId, contentType, body: text });
    } catch (thrown) {
      const error = toAwsError(thrown, this.#deps, knownSqsError);
      const { type, message, queryCode, fault } = error;
      const json = JSON.stringify({ __type: `com.amazonaws.sqs#${type}`, message });
      sendAwsAnswer(response, {
        status: error.status,
        requestId,
        contentType,
        body: query ? writeError(error, requestId) : json,
        headers: { "x-amzn-query-error": `${queryCode};${fault}` },
      });
    }
  }

  async #run(request: IncomingMessage, response: ServerResponse, caller: AwsCaller, asked: Asked): Promise<object> {
    const operation = OPERATIONS.get(asked.action);
    if (operation === undefined) {
      const message = `The action ${asked.action.slice(0, 100)} is not valid for this endpoint.`;
      throw new AwsError("UnknownOperationException", message, { queryCode: "InvalidAction" });
    }
    const gone = new AbortController();
    const abort = (): void => gone.abort();
    response.once("close", abort);
    try {
      return await operation({
        deps: this.#deps,
        caller,
        input: new Fields(asked.input(), SQS_FAULTS),
        origin: originOf(request),
        path: (request.url ?? "/").split("?")[0] ?? "/",
        lineage: lineageOf(request.headers),
        gone: gone.signal,
      });
    } finally {
      response.off("close", abort);
    }
  }
}

function readAsked(request: IncomingMessage, body: Uint8Array): Asked {
  const target = request.headers["x-amz-target"];
  if (target !== undefined) {
    const action = String(target);
    const ours = action.startsWith(TARGET);
    return { action: ours ? action.slice(TARGET.length) : action, input: () => readJsonInput(body) };
  }
  const search = (request.url ?? "").split("?")[1] ?? "";
  const text = request.method === "GET" ? search : Buffer.from(body).toString();
  const parameters = new URLSearchParams(text);
  return { action: parameters.get("Action") ?? "", input: () => readForm(parameters) };
}

/** Queues' addresses begin as the client reached us, because only it knows by which name it can. */
function originOf(request: IncomingMessage): string {
  const host = request.headers.host ?? "";
  const scheme = (request.socket as Partial<TLSSocket>).encrypted === true ? "https" : "http";
  return `${scheme}://${/^[\w.:[\]-]{1,255}$/.test(host) ? host : "localhost"}`;
}
