import type { ResponseDescription } from "@sluice/core";
import { writeLog } from "../console/log.ts";
import { bodyContent } from "../fetch/body.ts";
import { isBytes } from "../fetch/body-content.ts";
import type { ByteSource } from "../fetch/byte-source.ts";
import type { Request } from "../fetch/request.ts";
import { Response } from "../fetch/response.ts";
import { describeError, functionErrorJson } from "../lambda/function-error.ts";
import type { LambdaContext } from "../lambda/lambda-context.ts";
import type { Handler } from "../lambda/load.ts";
import type { AbortSignal } from "../web/abort.ts";
import type { Bytes } from "../web/bytes.ts";
import { requestOf } from "./event-request.ts";
import { ResponseWriter } from "./response-writer.ts";
import { textOrBase64 } from "./text-or-base64.ts";

/** `export default { fetch(request, env, ctx) }` */
export interface WebFunction {
  fetch(request: Request, env: Readonly<Record<string, string>>, ctx: WebContext): unknown;
}

export interface WebContext {
  /** The response goes out at once; the invocation goes on until this has settled, or its deadline. */
  waitUntil(work: unknown): void;
  passThroughOnException(): void;
  readonly requestId: string;
  getRemainingTimeInMillis(): number;
}

/** A body up to this size goes with the result, in one message; a larger one is streamed. */
const INLINE_BYTES = 128 * 1024;

/** A handler in Lambda's form around a function in the web's. */
export function toHandler(target: WebFunction, environment: Readonly<Record<string, string>>): Handler {
  return async (event, context) => {
    const lambda = context as LambdaContext;
    const pending: Promise<void>[] = [];
    const response = await target.fetch(
      requestOf(event, () => lambda.signal as AbortSignal),
      environment,
      {
        waitUntil: (work) => void pending.push(logFailure(work)),
        passThroughOnException: () => undefined,
        requestId: lambda.awsRequestId,
        getRemainingTimeInMillis: () => lambda.getRemainingTimeInMillis(),
      },
    );
    if (!(response instanceof Response)) {
      throw new TypeError("fetch(request, env, ctx) must return a Response, or a promise of one");
    }
    return await deliver(response, pending);
  };
}

/** @returns the result of the invocation; undefined when the response was streamed */
async function deliver(response: Response, pending: readonly Promise<void>[]): Promise<unknown> {
  const description = describe(response);
  const body = bodyContent(response)?.open();
  const inline = body === undefined || (isBytes(body) && body.length <= INLINE_BYTES);
  if (inline && pending.length === 0) {
    return { ...description, ...(body === undefined ? {} : textOrBase64(body)) };
  }
  const writer = new ResponseWriter();
  writer.describe(description);
  if (body !== undefined) await send(body, writer);
  await writer.end(pending.length > 0);
  // What is waited for may ask for more.
  for (let at = 0; at < pending.length; at++) await pending[at];
  return undefined;
}

async function send(body: Bytes | ByteSource, writer: ResponseWriter): Promise<void> {
  if (isBytes(body)) return await writer.write(body);
  try {
    for (let piece = await body.read(); piece !== undefined; piece = await body.read()) await writer.write(piece);
  } catch (error) {
    // Whoever makes the body learns that nobody takes it any more.
    await Promise.resolve(body.cancel(error)).catch(() => undefined);
    throw error;
  }
}

/** The response may long be out when it fails: the log is the only one left to be told. */
async function logFailure(work: unknown): Promise<void> {
  try {
    await work;
  } catch (error) {
    writeLog("ERROR", `waitUntil\t${functionErrorJson(describeError(error))}`);
  }
}

function describe(response: Response): ResponseDescription {
  const headers: Record<string, string> = {};
  for (const [name, value] of response.headers) if (name !== "set-cookie") headers[name] = value;
  const cookies = response.headers.getSetCookie();
  return { statusCode: response.status, headers, ...(cookies.length === 0 ? {} : { cookies }) };
}
