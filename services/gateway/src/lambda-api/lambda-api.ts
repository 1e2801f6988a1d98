import type { IncomingMessage, ServerResponse } from "node:http";
import type { Place } from "@sluice/core";
import { EVENT_STREAM_TYPE } from "./event-stream.ts";
import { LambdaError } from "./lambda-error.ts";
import type { Caller, LambdaOperation } from "./operation.ts";
import { readBody, readInput } from "./read-input.ts";
import { NAMED_BY_INPUT, resourceArn } from "./resource-arn.ts";
import { type OperationName, type Route, route } from "./route.ts";
import { sendLambdaError, sendReply } from "./send-reply.ts";
import { type ErrorDeps, toLambdaError } from "./to-lambda-error.ts";
import { writeHead, writeOutput } from "./write-output.ts";

export interface AuthoriseRequest {
  readonly caller: Caller;
  /** `lambda:CreateFunction` */
  readonly action: string;
  readonly resourceArn: string;
}

export interface LambdaApiDeps extends ErrorDeps {
  readonly operations: readonly LambdaOperation[];
  readonly place: Place;
  /** Rejects with LambdaError AccessDeniedException. */
  readonly authorise: (request: AuthoriseRequest) => Promise<void>;
  /** For tests: outputs that are not what the model says fail. */
  readonly strict?: boolean;
}

/**
 * Finds out who calls. A signature covers the body, so whoever checks it may ask for it; it is read once, within the
 * operation's limit. Rejects with LambdaError or PlatformError.
 */
export type Authenticate = (readBody: () => Promise<Uint8Array>) => Promise<Caller>;

/** AWS Lambda's API at AWS's paths: finds the operation, reads, asks for permission, runs and writes. */
export class LambdaApi {
  readonly #deps: LambdaApiDeps;
  readonly #operations: ReadonlyMap<OperationName, LambdaOperation>;

  constructor(deps: LambdaApiDeps) {
    this.#deps = deps;
    this.#operations = new Map(deps.operations.map((operation) => [operation.name, operation]));
    if (this.#operations.size < deps.operations.length) throw new Error("An operation has two handlers.");
  }

  /** Answers the request, errors included; never rejects. */
  async handle(request: IncomingMessage, response: ServerResponse, caller: Caller | Authenticate): Promise<void> {
    const requestId = this.#deps.newId();
    try {
      await this.#answer(request, response, caller, requestId);
    } catch (error) {
      sendLambdaError(response, requestId, toLambdaError(error, this.#deps));
    }
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    known: Caller | Authenticate,
    requestId: string,
  ): Promise<void> {
    const found = findRoute(request);
    const operation = this.#operations.get(found.operation);
    if (operation === undefined) throw unknownOperation(request);
    let body: Promise<Uint8Array> | undefined;
    const read = (): Promise<Uint8Array> => (body ??= readBody(request, found.operation));
    const caller = typeof known === "function" ? await known(read) : known;
    const { place } = this.#deps;
    const late = NAMED_BY_INPUT.has(operation.name);
    // A body may be large: who may not do this anyway is told so before it is read.
    if (!late) await this.#authorise(caller, operation, resourceArn(place, found.labels, found.query));
    const input = readInput(found, request.headers, await read());
    if (late) await this.#authorise(caller, operation, resourceArn(place, input));
    const output = await operation.run({ input, caller, requestId, response });
    if (response.headersSent) return;
    const options = { strict: this.#deps.strict ?? false };
    sendReply(response, requestId, writeOutput(found.operation, output ?? {}, options));
  }

  #authorise(caller: Caller, { action }: LambdaOperation, arn: string): Promise<void> {
    return this.#deps.authorise({ caller, action, resourceArn: arn });
  }
}

/** Begins the answer of a handler whose output is a stream: status, headers and the type of its framing. */
export function beginStream(
  response: ServerResponse,
  requestId: string,
  operation: OperationName,
  output: Readonly<Record<string, unknown>>,
): void {
  const { status, headers } = writeHead(operation, output);
  response.writeHead(status, { "x-amzn-RequestId": requestId, ...headers, "Content-Type": EVENT_STREAM_TYPE });
}

function findRoute(request: IncomingMessage): Route {
  const found = route(request.method ?? "", request.url ?? "");
  if (found === "unknown") throw unknownOperation(request);
  if (found === "malformed") throw new LambdaError("SerializationException", "The path has a bad percent escape.");
  return found;
}

function unknownOperation({ method = "", url = "" }: IncomingMessage): LambdaError {
  const [path = ""] = url.split("?");
  return new LambdaError("UnknownOperationException", `No operation of Lambda is ${method} ${path.slice(0, 200)}.`);
}
