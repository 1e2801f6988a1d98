import { randomUUID } from "node:crypto";
import { createServer, request as httpRequest, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  GetPolicyCommand,
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  type InvokeWithResponseStreamResponseEvent,
  LambdaClient,
  ListEventSourceMappingsCommand,
  ListFunctionsCommand,
  ResourceNotFoundException,
  TagResourceCommand,
  TooManyRequestsException,
} from "@aws-sdk/client-lambda";
import { PlatformError } from "@sluice/core";
import { encodeResponseStream } from "./event-stream.ts";
import { type AuthoriseRequest, beginStream, LambdaApi } from "./lambda-api.ts";
import { LambdaError } from "./lambda-error.ts";
import { type Caller, defineLambdaOperation, missingOperations } from "./operation.ts";

const FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:";
const ROLE = "arn:aws:iam::000000000000:role/r";
const NEW = { FunctionName: "f", Role: ROLE, Runtime: "nodejs24.x", Handler: "index.handler" } as const;

const asked: AuthoriseRequest[] = [];
const reported: unknown[] = [];
let streamEnded = false;

const operations = [
  defineLambdaOperation("CreateFunction", {
    handle: async ({ input }) => ({
      FunctionName: input.FunctionName,
      CodeSize: input.Code?.ZipFile?.byteLength,
      LastModified: "2026-11-24T12:00:00.000+0000",
      State: "Pending",
    }),
  }),
  defineLambdaOperation("GetFunction", {
    handle: async ({ input }) => {
      throw new LambdaError("ResourceNotFoundException", `Function not found: ${FUNCTION}${input.FunctionName}`);
    },
  }),
  defineLambdaOperation("GetPolicy", {
    handle: async () => {
      throw new TypeError("secret");
    },
  }),
  defineLambdaOperation("ListFunctions", { handle: async ({ caller }) => ({ NextMarker: caller.tenant }) }),
  defineLambdaOperation("ListEventSourceMappings", {
    handle: async () => ({ EventSourceMappings: [{ UUID: "u", LastModified: new Date(1_700_000_000_000) }] }),
  }),
  defineLambdaOperation("TagResource", { handle: async () => ({}) }),
  defineLambdaOperation("DeleteFunction", { handle: async () => ({ StatusCode: 204 }) }),
  defineLambdaOperation("Invoke", {
    handle: async ({ input }) => {
      if (input.FunctionName === "full") throw new PlatformError("Capacity.FunctionLimit");
      return { StatusCode: 200, ExecutedVersion: "$LATEST", Payload: input.Payload ?? Buffer.from("null") };
    },
  }),
  defineLambdaOperation("InvokeWithResponseStream", {
    handle: async ({ input, requestId, response }) => {
      beginStream(response, requestId, "InvokeWithResponseStream", { StatusCode: 200, ExecutedVersion: "3" });
      const messages = encodeResponseStream(chunksOf(input.FunctionName ?? ""), () => ({ LogResult: "bG9n" }));
      await pipeline(Readable.from(messages), response);
      return undefined;
    },
  }),
];

async function* chunksOf(name: string): AsyncGenerator<Uint8Array> {
  try {
    const count = name === "endless" ? Number.POSITIVE_INFINITY : 3;
    for (let at = 0; at < count; at += 1) yield Buffer.from(`part ${at} `.padEnd(name === "endless" ? 65_536 : 0));
  } finally {
    streamEnded = true;
  }
}

/** As a check of signatures does: looks at the body before it says who calls. */
async function authenticate(authorization: string, readBody: () => Promise<Uint8Array>): Promise<Caller> {
  if (authorization.includes("Credential=unknown/")) throw new PlatformError("Auth.Invalid");
  if (authorization.includes("Credential=a/")) return { tenant: `default ${(await readBody()).byteLength}` };
  return { tenant: "other" };
}

let server: Server;
let endpoint: string;
let port: number;
let client: LambdaClient;

beforeAll(async () => {
  const api = new LambdaApi({
    operations,
    strict: true,
    place: { region: "us-east-1", accountId: "000000000000" },
    newId: randomUUID,
    reportError: (error) => void reported.push(error),
    authorise: async (request) => {
      asked.push(request);
      if (!request.resourceArn.endsWith(":forbidden")) return;
      throw new LambdaError("AccessDeniedException", `not authorized to perform: ${request.action}`);
    },
  });
  server = createServer((request, response) => {
    void api.handle(request, response, (read) => authenticate(request.headers.authorization ?? "", read));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ({ port } = server.address() as AddressInfo);
  endpoint = `http://127.0.0.1:${port}`;
  const credentials = { accessKeyId: "a", secretAccessKey: "b" };
  client = new LambdaClient({ endpoint, region: "us-east-1", credentials, maxAttempts: 1 });
});

afterAll(async () => {
  client.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test("a function is created from the bytes of its code", async () => {
  const reply = await client.send(new CreateFunctionCommand({ ...NEW, Code: { ZipFile: Buffer.alloc(100_000, 7) } }));
  expect(reply).toMatchObject({ FunctionName: "f", CodeSize: 100_000, State: "Pending" });
  expect(reply.$metadata).toMatchObject({ httpStatusCode: 201, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  expect(asked.at(-1)).toMatchObject({ action: "lambda:CreateFunction", resourceArn: `${FUNCTION}f` });
});

test("a body that the signature was checked over is there for the operation", async () => {
  await client.send(new CreateFunctionCommand({ ...NEW, Code: { ZipFile: Buffer.alloc(300) } }));
  expect(asked.at(-1)?.caller.tenant).toMatch(/^default 5\d\d$/);
});

test("who is not known gets AWS's answer for it", async () => {
  const credentials = { accessKeyId: "unknown", secretAccessKey: "b" };
  const stranger = new LambdaClient({ endpoint, region: "us-east-1", credentials, maxAttempts: 1 });
  await expect(stranger.send(new ListFunctionsCommand({}))).rejects.toMatchObject({
    name: "UnrecognizedClientException",
    message: "The security token included in the request is invalid.",
    $metadata: { httpStatusCode: 403 },
  });
  stranger.destroy();
});

test("a wrong input is the SDK's ValidationException", async () => {
  const command = new CreateFunctionCommand({ ...NEW, Code: {}, MemorySize: 1 });
  await expect(client.send(command)).rejects.toMatchObject({
    name: "ValidationException",
    message: expect.stringMatching(/^1 validation error detected: Value '1' at 'memorySize' failed/),
    $metadata: { httpStatusCode: 400 },
  });
});

test("errors are of the SDK's classes", async () => {
  const error = await client.send(new GetFunctionCommand({ FunctionName: "f" })).catch((one: unknown) => one);
  expect(error).toBeInstanceOf(ResourceNotFoundException);
  expect(error).toMatchObject({ Type: "User", message: `Function not found: ${FUNCTION}f` });
});

test("a full function answers with the reason and when to come back", async () => {
  const error = await client.send(new InvokeCommand({ FunctionName: "full" })).catch((one: unknown) => one);
  expect(error).toBeInstanceOf(TooManyRequestsException);
  const Reason = "ReservedFunctionConcurrentInvocationLimitExceeded";
  expect(error).toMatchObject({ Reason, retryAfterSeconds: "1", message: "Rate Exceeded." });
});

test("what went wrong inside is told as an id only", async () => {
  const command = new GetPolicyCommand({ FunctionName: "f" });
  await expect(client.send(command)).rejects.toMatchObject({
    name: "ServiceException",
    message: expect.not.stringContaining("secret"),
  });
  expect(reported).toContainEqual(new TypeError("secret"));
});

test("a payload comes back as the bytes it was, of any kind", async () => {
  const Payload = Buffer.from([0, 255, 10, 13, 128]);
  const reply = await client.send(new InvokeCommand({ FunctionName: "f", Payload }));
  expect(Buffer.from(reply.Payload ?? [])).toEqual(Payload);
  expect(reply).toMatchObject({ StatusCode: 200, ExecutedVersion: "$LATEST" });
  expect(asked.at(-1)?.action).toBe("lambda:InvokeFunction");
});

test("lists, times, and answers without a body arrive", async () => {
  expect((await client.send(new ListFunctionsCommand({}))).NextMarker).toBe("default 0");
  const { EventSourceMappings = [] } = await client.send(new ListEventSourceMappingsCommand({}));
  expect(EventSourceMappings[0]?.LastModified).toEqual(new Date(1_700_000_000_000));
  const tagged = await client.send(new TagResourceCommand({ Resource: `${FUNCTION}f`, Tags: { a: "b" } }));
  expect(tagged.$metadata.httpStatusCode).toBe(204);
  const deleted = await client.send(new DeleteFunctionCommand({ FunctionName: "f" }));
  expect(deleted.$metadata.httpStatusCode).toBe(204);
});

test("a streamed answer arrives as its chunks and its end", async () => {
  const reply = await client.send(new InvokeWithResponseStreamCommand({ FunctionName: "f" }));
  const events = (await Readable.from(reply.EventStream ?? []).toArray()) as InvokeWithResponseStreamResponseEvent[];
  expect(reply.ExecutedVersion).toBe("3");
  expect(Buffer.concat(events.map((event) => event.PayloadChunk?.Payload ?? Buffer.alloc(0))).toString()).toBe(
    "part 0 part 1 part 2 ",
  );
  expect(events.at(-1)?.InvokeComplete).toEqual({ LogResult: "bG9n" });
});

test("a reader who leaves ends the stream that was made for it", async () => {
  streamEnded = false;
  const reply = await client.send(new InvokeWithResponseStreamCommand({ FunctionName: "endless" }));
  for await (const _ of reply.EventStream ?? []) break;
  client.destroy();
  await expect(eventually(() => streamEnded)).resolves.toBe(true);
});

test("who may not is refused before the body is read", async () => {
  const answer = await send("POST", "/2015-03-31/functions/forbidden/invocations", { "content-length": "6000000" });
  const body = { Message: "not authorized to perform: lambda:InvokeFunction" };
  expect(answer).toEqual({ status: 403, type: "AccessDeniedException", body });
});

test("a body that is too large is refused by its length", async () => {
  const answer = await send("POST", "/2015-03-31/functions/f/invocations", { "content-length": "7000000" });
  expect(answer).toMatchObject({ status: 413, type: "RequestTooLargeException" });
  expect(answer.body).toEqual({
    Type: "User",
    message: "7000000 byte payload is too large for the RequestResponse invocation type (limit 6291456 bytes)",
  });
  expect(await send("POST", "/2015-03-31/functions", { "content-length": "80000000" })).toMatchObject({
    status: 413,
    type: "RequestEntityTooLargeException",
    body: { message: "Request must be smaller than 70167211 bytes for the CreateFunction operation" },
  });
});

test.each([
  ["GET", "/2015-03-31/nothing"],
  ["PATCH", "/2015-03-31/functions"],
])("%s %s is an unknown operation", async (method, path) => {
  expect(await send(method, path)).toMatchObject({ status: 404, type: "UnknownOperationException" });
});

test("operations without a handler are named, and no operation has two", () => {
  const missing = missingOperations(operations);
  expect(missing).toHaveLength(88 - operations.length);
  expect(missing).toContain("CreateAlias");
  const twice = [operations[0], operations[0]].filter((one) => one !== undefined);
  const deps = { operations: twice, place: { region: "", accountId: "" }, newId: randomUUID };
  expect(() => new LambdaApi({ ...deps, reportError: () => {}, authorise: async () => {} })).toThrow(/two handlers/);
});

interface RawAnswer {
  readonly status: number | undefined;
  readonly type: unknown;
  readonly body: unknown;
}

function send(method: string, path: string, headers: Readonly<Record<string, string>> = {}): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${endpoint}${path}`, { method, headers, agent: false }, (response) => {
      response
        .setEncoding("utf8")
        .toArray()
        .then((chunks) => {
          request.destroy();
          const type = response.headers["x-amzn-errortype"];
          resolve({ status: response.statusCode, type, body: JSON.parse(chunks.join("")) as unknown });
        }, reject);
    });
    request.on("error", reject).flushHeaders();
    if (headers["content-length"] === undefined) request.end();
  });
}

async function eventually(holds: () => boolean): Promise<boolean> {
  const deadline = Date.now() + 10_000;
  while (!holds() && Date.now() < deadline) await new Promise((resolve) => setImmediate(resolve));
  return holds();
}
