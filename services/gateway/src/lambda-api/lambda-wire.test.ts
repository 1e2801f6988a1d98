import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import * as sdk from "@aws-sdk/client-lambda";
import * as fc from "fast-check";
import { LambdaApi } from "./lambda-api.ts";
import { OPERATIONS } from "./model/operations.ts";
import type { OperationModel } from "./model/shape.ts";
import type { OperationName } from "./route.ts";
import { documentsOf } from "./testing/sample.ts";

type Document = Record<string, unknown>;
type AnyCommand = new (input: Document) => Parameters<sdk.LambdaClient["send"]>[0];

/** Its output is no document; it has tests of its own. */
const names = (Object.keys(OPERATIONS) as OperationName[]).filter((name) => name !== "InvokeWithResponseStream");

let server: Server;
let client: sdk.LambdaClient;
let received: unknown;
let answer: Document = {};

beforeAll(async () => {
  const api = new LambdaApi({
    operations: names.map((name) => ({
      name,
      action: `lambda:${name}`,
      run: async ({ input }) => {
        received = input;
        return answer;
      },
    })),
    strict: true,
    place: { region: "us-east-1", accountId: "000000000000" },
    newId: randomUUID,
    reportError: () => {},
    authorise: async () => {},
  });
  server = createServer((request, response) => void api.handle(request, response, { tenant: "default" }));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: "a", secretAccessKey: "b" };
  client = new sdk.LambdaClient({ endpoint, region: "us-east-1", credentials, maxAttempts: 1 });
});

afterAll(async () => {
  client.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Bytes compare as bytes, whichever class holds them. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString("hex")}`;
  if (value instanceof Date || typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]));
}

test.each(names)("%s carries every member of its input and output between the SDK and a handler", async (name) => {
  const Command = (sdk as unknown as Record<string, AnyCommand>)[`${name}Command`];
  if (Command === undefined) throw new Error(`The SDK has no ${name}.`);
  const { input, output }: OperationModel = OPERATIONS[name];
  const outputs = output === undefined ? fc.constant({}) : documentsOf(output);
  const once = fc.asyncProperty(documentsOf(input), outputs, async (sent, answered) => {
    answer = answered;
    const { $metadata, ...got } = await client.send(new Command(sent));
    expect(plain(received)).toEqual(plain(sent));
    expect(plain(got)).toEqual(plain(answered));
  });
  await fc.assert(once, { numRuns: 2, seed: 7, endOnFailure: true });
});
