import type { ServerResponse } from "node:http";
import { type ResponseDescription, StreamEnded, type StreamHead } from "@sluice/core";
import type { CallResult } from "../../../invoker.ts";
import { roomIn } from "../../../sources/streamed-response.ts";
import { encodeException, encodeInvokeComplete, encodePayloadChunk, type InvokeComplete } from "../../event-stream.ts";
import { beginStream } from "../../lambda-api.ts";
import { defineLambdaOperation, type LambdaOperation } from "../../operation.ts";
import { type ErrorDeps, toLambdaError } from "../../to-lambda-error.ts";
import type { OperationDeps } from "../deps.ts";
import { readTarget } from "../function-target.ts";
import { logTail, newInvocation, readContext, readEvent, requireCallable, toRefusal } from "./invoke.ts";

const OPERATION = "InvokeWithResponseStream";
/** Between the description of an HTTP answer and its body (Lambda's HttpResponseStream). */
const DELIMITER = Buffer.alloc(8);
const HTTP_RESPONSE_TYPE = "application/vnd.awslambda.http-integration-response";

export function invokeWithResponseStream(deps: OperationDeps & ErrorDeps): LambdaOperation {
  return defineLambdaOperation(OPERATION, {
    async handle({ input, caller, requestId, response }) {
      const target = readTarget(deps, caller, input);
      if (input.InvocationType === "DryRun") {
        await requireCallable(deps, target);
        beginStream(response, requestId, OPERATION, { StatusCode: 204 });
        response.end();
        return undefined;
      }
      const event = readEvent(input.Payload, false);
      const tail = input.LogType === "Tail";
      const invocation = newInvocation(deps, target, { response, requestId });
      response.once("close", () => {
        if (!response.writableFinished) deps.invoker.abandon(requestId);
      });
      const stream = new EventStream(response, requestId);
      const result = await deps.invoker.call(invocation, event, {
        logs: tail,
        take: (head, bytes) => stream.take(head, bytes),
        ...readContext(input.ClientContext),
      });
      if (result.kind === "refused") return stream.refuse(deps, toRefusal(deps, target, result.error));
      await stream.finish(result, tail);
      return undefined;
    },
  });
}

/** An answer in event-stream framing; a piece is taken when the socket has room for more. */
class EventStream {
  readonly #response: ServerResponse;
  readonly #requestId: string;
  #ended = false;

  constructor(response: ServerResponse, requestId: string) {
    this.#response = response;
    this.#requestId = requestId;
  }

  /** @throws StreamEnded when the caller went away, or the answer is complete */
  async take(head: string, bytes: Uint8Array): Promise<void> {
    const { response: description, end } = head === "" ? ({} as StreamHead) : (JSON.parse(head) as StreamHead);
    if (this.#response.destroyed) throw new StreamEnded("Response.CallerGone");
    if (this.#ended) throw new StreamEnded("Response.Ended");
    if (!this.#response.headersSent) await this.#begin(description);
    await this.#write(bytes);
    if (end === true) this.#ended = true;
  }

  /** The attempt has ended: what it returned, if it did not stream, and how it went. */
  async finish(result: Extract<CallResult, { kind: "result" }>, tail: boolean): Promise<void> {
    const { head, payload } = result;
    if (this.#response.destroyed) return;
    if (!this.#response.headersSent) {
      await this.#begin(undefined, head.version);
      if (head.error === undefined) await this.#write(payload.length === 0 ? Buffer.from("null") : payload);
    }
    const complete: InvokeComplete = {
      ...(head.error === undefined
        ? {}
        : { ErrorCode: head.error.errorType, ErrorDetails: JSON.stringify(head.error) }),
      ...(tail ? { LogResult: logTail(head.logs ?? []) } : {}),
    };
    this.#response.end(encodeInvokeComplete(complete));
  }

  /** Before the first piece an error is an answer like any other; after it, the last message says what happened. */
  refuse(deps: ErrorDeps, error: Error): undefined {
    if (!this.#response.headersSent) throw error;
    const { type, message } = toLambdaError(error, deps);
    if (!this.#response.destroyed) this.#response.end(encodeException(type, { message }));
    return undefined;
  }

  async #begin(description: ResponseDescription | undefined, version?: string): Promise<void> {
    beginStream(this.#response, this.#requestId, OPERATION, {
      StatusCode: 200,
      ...(version === undefined ? {} : { ExecutedVersion: version }),
      ResponseStreamContentType: description === undefined ? "application/octet-stream" : HTTP_RESPONSE_TYPE,
    });
    this.#response.flushHeaders();
    if (description !== undefined)
      await this.#write(Buffer.concat([Buffer.from(JSON.stringify(description)), DELIMITER]));
  }

  async #write(bytes: Uint8Array): Promise<void> {
    let room = true;
    for (const message of encodePayloadChunk(bytes)) room = this.#response.write(message);
    if (!room) await roomIn(this.#response);
  }
}
