import { request } from "node:http";
import { text } from "node:stream/consumers";
import {
  CreateAliasCommand,
  CreateFunctionUrlConfigCommand,
  GetFunctionUrlConfigCommand,
  LambdaClient,
  UpdateFunctionUrlConfigCommand,
} from "@aws-sdk/client-lambda";
import { Stack } from "../support/stack.ts";

const ORIGIN = "https://app.example";
const STREAMING = `exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  const http = awslambda.HttpResponseStream.from(stream, { statusCode: 201, headers: { "content-type": "text/plain" } });
  http.write("a");
  http.write(event.requestContext.domainPrefix);
  http.end();
});`;

let stack: Stack;
let lambda: LambdaClient;
beforeAll(async () => {
  stack = await Stack.start({ env: { SLUICE_URL_DOMAIN: "http://localhost" } });
  const [accessKeyId = "", secretAccessKey = ""] = (await stack.token()).split(".");
  const credentials = { accessKeyId, secretAccessKey };
  lambda = new LambdaClient({ endpoint: stack.endpoint, region: "us-east-1", credentials });
});
afterAll(async () => {
  lambda.destroy();
  await stack.stop();
});

interface HostAnswer {
  readonly status: number | undefined;
  readonly length: string | undefined;
  readonly origin: string | undefined;
  readonly text: string;
}

function callHost(host: string): Promise<HostAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request(`${stack.endpoint}/any/path`, { headers: { host, origin: ORIGIN } }, (response) => {
      const { statusCode: status, headers } = response;
      const origin = headers["access-control-allow-origin"];
      text(response).then((body) => resolve({ status, length: headers["content-length"], origin, text: body }), reject);
    });
    sent.on("error", reject).end();
  });
}

test("a URL made with AWS's client is called by its host, buffered first and streamed after an update", async () => {
  await stack.deploy("streams", STREAMING);
  await lambda.send(new CreateAliasCommand({ FunctionName: "streams", Name: "live", FunctionVersion: "1" }));
  const name = { FunctionName: "streams", Qualifier: "live" };
  const Cors = { AllowOrigins: [ORIGIN] };
  const made = await lambda.send(new CreateFunctionUrlConfigCommand({ ...name, AuthType: "NONE", Cors }));
  expect(made.FunctionUrl).toMatch(/^http:\/\/[a-z0-9]{32}\.lambda-url\.us-east-1\.localhost\/$/);
  const host = new URL(made.FunctionUrl ?? "").host;
  const body = `a${host.slice(0, 32)}`;
  expect(await callHost(host)).toEqual({ status: 201, length: String(body.length), origin: ORIGIN, text: body });
  await lambda.send(new UpdateFunctionUrlConfigCommand({ ...name, InvokeMode: "RESPONSE_STREAM" }));
  expect(await callHost(host)).toEqual({ status: 201, length: undefined, origin: ORIGIN, text: body });
});

test("a manifest's settings guard its URL and answer browsers", async () => {
  const cors = { allowOrigins: [ORIGIN], allowMethods: ["PUT"] };
  await stack.deploy("guarded", "exports.handler = async () => 1;", {
    triggers: [{ http: { auth: "iam", cors, invokeMode: "buffered" } }],
  });
  const headers = { origin: ORIGIN, "access-control-request-method": "PUT" };
  const preflight = await fetch(`${stack.endpoint}/fn/guarded`, { method: "OPTIONS", headers });
  expect([preflight.status, preflight.headers.get("access-control-allow-methods")]).toEqual([200, "PUT"]);
  const unsigned = await fetch(`${stack.endpoint}/fn/guarded`, { headers: { origin: ORIGIN } });
  expect([unsigned.status, unsigned.headers.get("access-control-allow-origin")]).toEqual([403, ORIGIN]);
  expect(await lambda.send(new GetFunctionUrlConfigCommand({ FunctionName: "guarded" }))).toMatchObject({
    AuthType: "AWS_IAM",
    Cors: { AllowOrigins: [ORIGIN], AllowMethods: ["PUT"] },
    InvokeMode: "BUFFERED",
  });
});

test("a host that no URL has is forbidden", async () => {
  const answer = await callHost(`${"0".repeat(32)}.lambda-url.us-east-1.localhost`);
  expect(answer).toMatchObject({ status: 403, text: '{"Message":null}' });
});
