import {
  CreateAliasCommand,
  CreateFunctionUrlConfigCommand,
  type CreateFunctionUrlConfigCommandInput,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  DeleteFunctionUrlConfigCommand,
  GetFunctionUrlConfigCommand,
  ListFunctionUrlConfigsCommand,
  UpdateFunctionUrlConfigCommand,
} from "@aws-sdk/client-lambda";
import type { Trigger } from "@sluice/core";
import { urlIdOf } from "@sluice/store";
import { startUrlServer, type UrlServer } from "../../sources/testing/url-server.ts";

const ARN = "arn:aws:lambda:us-east-1:000000000000:function:f";
const CORS = {
  AllowCredentials: true,
  AllowHeaders: ["x-a"],
  AllowMethods: ["GET"],
  AllowOrigins: ["https://app.example"],
  ExposeHeaders: ["x-b"],
  MaxAge: 60,
};
const GONE = { name: "ResourceNotFoundException", message: "The resource you requested does not exist." };
const HTTP: Trigger = { type: "http", name: "f", auth: { type: "none" } };

let server: UrlServer;
beforeEach(async () => {
  server = await startUrlServer();
  await server.deploy("f", []);
});
afterEach(() => server.stop());

function create(change: Partial<CreateFunctionUrlConfigCommandInput> = {}) {
  return server.lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName: "f", AuthType: "NONE", ...change }));
}

function get(Qualifier?: string) {
  return server.lambda.send(
    new GetFunctionUrlConfigCommand({ FunctionName: "f", ...(Qualifier === undefined ? {} : { Qualifier }) }),
  );
}

function update(change: Partial<CreateFunctionUrlConfigCommandInput>) {
  return server.lambda.send(new UpdateFunctionUrlConfigCommand({ FunctionName: "f", ...change }));
}

function addAlias(Name = "live") {
  return server.lambda.send(new CreateAliasCommand({ FunctionName: "f", Name, FunctionVersion: "1" }));
}

async function triggers(): Promise<readonly Trigger[]> {
  return (await server.stores.registry.getFunction({ tenant: "default", name: "f" }))?.triggers ?? [];
}

test("a URL is made, works, is read back and goes", async () => {
  const made = await create();
  expect(made).toMatchObject({
    $metadata: { httpStatusCode: 201 },
    FunctionUrl: `${server.endpoint}/fn/f/`,
    FunctionArn: ARN,
    AuthType: "NONE",
    InvokeMode: "BUFFERED",
    CreationTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  });
  expect(made).not.toHaveProperty("Cors");
  expect((await fetch(`${made.FunctionUrl}a`)).status).toBe(200);
  expect(await get()).toMatchObject({ FunctionUrl: made.FunctionUrl, LastModifiedTime: made.CreationTime });
  await server.lambda.send(new DeleteFunctionUrlConfigCommand({ FunctionName: "f" }));
  expect((await fetch(`${made.FunctionUrl}a`)).status).toBe(404);
  await expect(get()).rejects.toMatchObject(GONE);
});

test("everything that is set is read back, and an update changes what it names", async () => {
  await create({ AuthType: "AWS_IAM", Cors: CORS, InvokeMode: "RESPONSE_STREAM" });
  expect(await get()).toMatchObject({ AuthType: "AWS_IAM", Cors: CORS, InvokeMode: "RESPONSE_STREAM" });
  expect(await update({ AuthType: "NONE" })).toMatchObject({ AuthType: "NONE", Cors: CORS });
  expect(await update({ Cors: { AllowOrigins: ["*"] } })).toMatchObject({ Cors: { AllowOrigins: ["*"] } });
  const emptied = await update({ Cors: {}, InvokeMode: "BUFFERED" });
  expect([emptied.Cors, emptied.InvokeMode]).toEqual([undefined, "BUFFERED"]);
});

test("a second URL is a conflict", async () => {
  await create();
  await expect(create()).rejects.toMatchObject({
    name: "ResourceConflictException",
    message: `Failed to create function url config for [functionArn = ${ARN}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
  });
});

test("an alias has a URL of its own, which goes with it", async () => {
  await expect(create({ Qualifier: "live" })).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  await addAlias();
  const made = await create({ FunctionName: "f:live", AuthType: "AWS_IAM" });
  expect(made).toMatchObject({ FunctionUrl: `${server.endpoint}/fn/f:live/`, FunctionArn: `${ARN}:live` });
  expect((await fetch(`${server.endpoint}/fn/f/`)).status).toBe(404);
  await create();
  expect((await fetch(`${server.endpoint}/fn/f:live/`)).status).toBe(403);
  expect((await fetch(`${server.endpoint}/fn/f/`)).status).toBe(200);
  expect(await get("live")).toMatchObject({ AuthType: "AWS_IAM" });
  await server.lambda.send(new DeleteAliasCommand({ FunctionName: "f", Name: "live" }));
  await expect(get("live")).rejects.toMatchObject(GONE);
  expect((await triggers()).map(({ name }) => name)).toEqual(["f"]);
});

test("the alias' URL calls the alias, by host too", async () => {
  await addAlias();
  await create({ Qualifier: "live" });
  const host = `${urlIdOf("default", "f:live")}.lambda-url.us-east-1.example.com`;
  await server.send({ path: "/", headers: { host } });
  await server.send({ path: "/fn/f:live" });
  for (const [invocation] of server.calls) {
    expect(invocation).toMatchObject({ function: "f", qualifier: "live", trigger: "f:live" });
  }
  expect(server.calls).toHaveLength(2);
});

test.each([
  ["$LATEST", /at 'qualifier' failed to satisfy constraint/],
  ["1", /at 'qualifier' failed to satisfy constraint/],
])("%s has no URL", async (Qualifier, message) => {
  await expect(create({ Qualifier })).rejects.toMatchObject({
    name: "ValidationException",
    message: expect.stringMatching(message),
  });
});

test("what is not there is said so", async () => {
  const FunctionName = "nothing";
  await expect(create({ FunctionName })).rejects.toMatchObject({ message: "Function does not exist" });
  await expect(update({ AuthType: "NONE" })).rejects.toMatchObject(GONE);
  await expect(get()).rejects.toMatchObject(GONE);
  const list = server.lambda.send(new ListFunctionUrlConfigsCommand({ FunctionName }));
  await expect(list).rejects.toMatchObject({ message: "Function does not exist" });
  const remove = server.lambda.send(new DeleteFunctionUrlConfigCommand({ FunctionName }));
  await expect(remove).rejects.toMatchObject(GONE);
});

test("values that could not be headers are refused", async () => {
  for (const origin of ["https://a\u0001.example", "https://ü.example", "a b"]) {
    await expect(create({ Cors: { AllowOrigins: [origin] } })).rejects.toMatchObject({
      name: "InvalidParameterValueException",
    });
  }
  expect(await triggers()).toEqual([]);
});

test("the URLs of a function are listed page by page", async () => {
  await create();
  for (const name of ["a", "b"]) {
    await addAlias(name);
    await create({ Qualifier: name });
  }
  const list = (Marker?: string) =>
    server.lambda.send(
      new ListFunctionUrlConfigsCommand({
        FunctionName: "f",
        MaxItems: 2,
        ...(Marker === undefined ? {} : { Marker }),
      }),
    );
  const first = await list();
  const second = await list(first.NextMarker);
  expect(second.NextMarker).toBeUndefined();
  const arns = [first, second].flatMap(({ FunctionUrlConfigs }) => FunctionUrlConfigs?.map((one) => one.FunctionArn));
  expect(arns).toEqual([ARN, `${ARN}:a`, `${ARN}:b`]);
});

test("a function has a bounded number of URLs", async () => {
  await server.stores.registry.change({ tenant: "default", name: "f" }, () => ({
    now: 1,
    triggers: Array.from({ length: 50 }, (_, index): Trigger => ({ ...HTTP, name: `f:${index}` })),
  }));
  await expect(create()).rejects.toMatchObject({ name: "InvalidParameterValueException" });
});

test("a manifest's URL is one like any other", async () => {
  await server.deploy("f", [HTTP]);
  expect(await get()).toMatchObject({ AuthType: "NONE", InvokeMode: "RESPONSE_STREAM" });
  await expect(create()).rejects.toMatchObject({ name: "ResourceConflictException" });
  expect(await update({ Cors: CORS })).toMatchObject({ Cors: CORS, InvokeMode: "RESPONSE_STREAM" });
});

test("a token that guards a URL shows as NONE, and writing that back keeps it", async () => {
  const auth = { type: "bearer", token: "long-enough" } as const;
  await server.deploy("f", [{ ...HTTP, auth }]);
  const { AuthType } = await get();
  expect(AuthType).toBe("NONE");
  await update(AuthType === undefined ? {} : { AuthType });
  expect((await triggers())[0]?.auth).toEqual(auth);
  await update({ AuthType: "AWS_IAM" });
  expect((await triggers())[0]?.auth).toEqual({ type: "iam" });
});

test("a deployment says everything about the function's URL and nothing about those of aliases", async () => {
  await server.deploy("f", [HTTP]);
  await update({ AuthType: "AWS_IAM", Cors: CORS });
  await addAlias();
  await create({ Qualifier: "live", AuthType: "AWS_IAM" });
  await server.deploy("f", [HTTP]);
  expect(await get()).toMatchObject({ AuthType: "NONE" });
  expect((await get()).Cors).toBeUndefined();
  expect(await get("live")).toMatchObject({ AuthType: "AWS_IAM" });
  await server.deploy("f", []);
  expect((await triggers()).map(({ name }) => name)).toEqual(["f:live"]);
});

test("a deleted function takes its URLs with it", async () => {
  await create();
  await server.lambda.send(new DeleteFunctionCommand({ FunctionName: "f" }));
  await expect(get()).rejects.toMatchObject(GONE);
  expect(await server.stores.registry.getUrl(urlIdOf("default", "f"))).toBeUndefined();
});

test("a buffered URL asks for the whole answer, and understands its description", async () => {
  await create();
  server.answer = (_event, options) => ({ statusCode: 201, headers: { "x-a": "b" }, body: String("take" in options) });
  const buffered = await server.send({ path: "/fn/f" });
  expect([buffered.status, buffered.headers["x-a"], buffered.text]).toEqual([201, "b", "false"]);
  await update({ InvokeMode: "RESPONSE_STREAM" });
  expect((await server.send({ path: "/fn/f" })).text).toBe("true");
});

test("with a domain of their own, URLs are hosts", async () => {
  for (const [urlDomain, scheme, domain] of [
    ["example.com", "https", "example.com"],
    ["http://localhost:8080", "http", "localhost:8080"],
  ] as const) {
    const other = await startUrlServer({ urlDomain });
    await other.deploy("f", [HTTP]);
    const { FunctionUrl } = await other.lambda.send(new GetFunctionUrlConfigCommand({ FunctionName: "f" }));
    expect(FunctionUrl).toBe(`${scheme}://${urlIdOf("default", "f")}.lambda-url.us-east-1.${domain}/`);
    await other.stop();
  }
});
