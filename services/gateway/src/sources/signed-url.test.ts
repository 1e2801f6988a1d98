import { AddPermissionCommand, PutResourcePolicyCommand } from "@aws-sdk/client-lambda";
import { presetPolicy, type Trigger } from "@sluice/core";
import { urlIdOf } from "@sluice/store";
import {
  type Outline,
  presigned,
  type SignedRequest,
  signed,
  type SigningChange,
} from "../auth/sigv4/testing/signed-request.ts";
import { type RawAnswer, SECRET, startUrlServer, type UrlServer } from "./testing/url-server.ts";

const ARN = "arn:aws:lambda:us-east-1:000000000000:function:";

let server: UrlServer;
beforeAll(async () => {
  server = await startUrlServer();
  for (const name of ["f", "shared", "shut"]) await server.deploy(name, [iam(name)]);
  await server.addKey("AKCALLER", { name: "caller", policies: presetPolicy("invoke", ["f"]) });
  await server.addKey("AKREADER", { name: "reader", policies: presetPolicy("read") });
  await server.addKey("AKOTHER", { name: "admin", tenant: "other" });
  await server.addKey("AKDENIED", {
    name: "denied",
    policies: [{ effect: "Deny", actions: ["lambda:InvokeFunctionUrl"], resources: ["*"] }],
  });
});
afterAll(() => server.stop());
beforeEach(() => {
  server.calls.length = 0;
  server.answer = (event) => event;
});

function iam(name: string): Trigger {
  return { type: "http", name, auth: { type: "iam" } };
}

async function call(outline: Outline, change: SigningChange = {}): Promise<RawAnswer> {
  return await sendSigned(
    await signed(outline, { accessKeyId: "AKCALLER", secret: SECRET, at: Date.now(), ...change }),
  );
}

function sendSigned({ head, body }: SignedRequest, changed: string | Buffer = body): Promise<RawAnswer> {
  const headers: Record<string, string> = {};
  for (let at = 0; at < head.rawHeaders.length; at += 2)
    headers[head.rawHeaders[at] ?? ""] = head.rawHeaders[at + 1] ?? "";
  return server.send({ method: head.method, path: head.url, headers, body: changed });
}

test("a signed call goes through, and the event says whose it is", async () => {
  const answer = await call({ method: "POST", path: "/fn/f/a/b", query: { x: "1" }, body: '{"n":1}' });
  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.text)).toMatchObject({
    rawPath: "/a/b",
    rawQueryString: "x=1",
    requestContext: {
      accountId: "000000000000",
      authentication: null,
      authorizer: {
        iam: {
          accessKey: "AKCALLER",
          accountId: "000000000000",
          callerId: "AKCALLER",
          cognitoIdentity: null,
          principalOrgId: null,
          userArn: "arn:aws:iam::000000000000:user/caller",
          userId: "AKCALLER",
        },
      },
    },
  });
});

test("so does one by host, and one that is signed in its query", async () => {
  const host = `${urlIdOf("default", "f")}.lambda-url.us-east-1.example.com`;
  expect((await call({ path: "/x", headers: { host } })).status).toBe(200);
  const signing = { accessKeyId: "AKCALLER", secret: SECRET, at: Date.now() };
  expect((await sendSigned(await presigned({ path: "/fn/f/x" }, 60, signing))).status).toBe(200);
});

test("the signature covers the body", async () => {
  const signing = { accessKeyId: "AKCALLER", secret: SECRET, at: Date.now(), digest: false };
  const request = await signed({ method: "POST", path: "/fn/f", body: "a" }, signing);
  const answer = await sendSigned(request, "b");
  expect([answer.status, answer.headers["x-amzn-errortype"]]).toEqual([403, "InvalidSignatureException"]);
  expect(JSON.parse(answer.text).message).toMatch(/^The request signature we calculated does not match/);
  expect(server.calls).toEqual([]);
});

test.each([
  ["made for another service", { service: "s3" }, /correct service: 'lambda'/],
  ["expired", { at: Date.now() - 3_600_000 }, /^Signature expired: /],
  ["made by nobody known", { accessKeyId: "AKNOBODY" }, /^The security token included in the request is invalid/],
])("a signature %s is refused with what is wrong", async (_, change, message) => {
  const answer = await call({ path: "/fn/f" }, change);
  expect([answer.status, JSON.parse(answer.text).message]).toEqual([403, expect.stringMatching(message)]);
});

test("a call without a signature is told how to make one", async () => {
  const answer = await server.send({ path: "/fn/f" });
  expect(answer.status).toBe(403);
  expect(JSON.parse(answer.text).Message).toMatch(/^Forbidden\. .*Signature Version 4.*lambda:InvokeFunctionUrl/);
});

test.each([
  ["AKREADER", "f"],
  ["AKCALLER", "shut"],
  ["AKOTHER", "f"],
])("the key %s may not call '%s', and learns no more", async (accessKeyId, name) => {
  const answer = await call({ path: `/fn/${name}` }, { accessKeyId });
  expect([answer.status, answer.text]).toEqual([403, '{"Message":"Forbidden"}']);
  expect(server.calls).toEqual([]);
});

test("a version is a resource of its own", async () => {
  await server.addKey("AKONE", {
    policies: [{ effect: "Allow", actions: ["lambda:InvokeFunctionUrl"], resources: [`${ARN}f:1`] }],
  });
  expect((await call({ path: "/fn/f:1" }, { accessKeyId: "AKONE" })).status).toBe(200);
  expect((await call({ path: "/fn/f:2" }, { accessKeyId: "AKONE" })).status).toBe(403);
});

test("the function's own policy lets a key in, as AWS's tools write it, but not one that is denied", async () => {
  const permission = { FunctionName: "shared", Action: "lambda:InvokeFunctionUrl", Principal: "000000000000" };
  expect((await call({ path: "/fn/shared" }, { accessKeyId: "AKREADER" })).status).toBe(403);
  await server.lambda.send(
    new AddPermissionCommand({ ...permission, StatementId: "none", FunctionUrlAuthType: "NONE" }),
  );
  expect((await call({ path: "/fn/shared" }, { accessKeyId: "AKREADER" })).status).toBe(403);
  await server.lambda.send(
    new AddPermissionCommand({ ...permission, StatementId: "iam", FunctionUrlAuthType: "AWS_IAM" }),
  );
  expect((await call({ path: "/fn/shared" }, { accessKeyId: "AKREADER" })).status).toBe(200);
  expect((await call({ path: "/fn/shared" }, { accessKeyId: "AKDENIED" })).status).toBe(403);
});

test("a condition on something unknown permits nothing, and forbids", async () => {
  const statement = { Principal: "*", Action: "lambda:InvokeFunctionUrl", Resource: `${ARN}shut` };
  const Condition = { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } };
  const put = (...statements: object[]): Promise<unknown> => {
    const Policy = JSON.stringify({ Statement: statements });
    return server.lambda.send(new PutResourcePolicyCommand({ ResourceArn: `${ARN}shut`, Policy }));
  };
  const status = async (): Promise<number> => (await call({ path: "/fn/shut" }, { accessKeyId: "AKREADER" })).status;
  await put({ ...statement, Effect: "Allow", Condition });
  expect(await status()).toBe(403);
  await put({ ...statement, Effect: "Allow" });
  expect(await status()).toBe(200);
  await put({ ...statement, Effect: "Allow" }, { ...statement, Effect: "Deny", Condition });
  expect(await status()).toBe(403);
});
