import type { CloudScope } from "./cloud-scope.ts";
import { resolveIntrinsics } from "./intrinsics.ts";

const scope = (): CloudScope => ({
  parameters: {
    Stage: { Type: "String", Default: "dev" },
    Zones: { Type: "CommaDelimitedList", Default: "a, b" },
    Token: { Type: "String" },
    Kept: { Type: "AWS::SSM::Parameter::Value<String>", Default: "/a" },
  },
  conditions: { IsDev: { "Fn::Equals": [{ Ref: "Stage" }, "dev"] }, IsNot: { "Fn::Not": [{ Condition: "IsDev" }] } },
  mappings: { Sizes: { dev: { memory: 256 } } },
  resources: { Fn: {}, Bucket: { Type: "AWS::S3::Bucket", Properties: { BucketName: { Ref: "Stage" } } }, Bare: {} },
  params: new Map([["Bare", "given"]]),
  place: { region: "eu-west-1", accountId: "1", stackName: "app" },
  functionName: (id) => (id === "Fn" ? { ok: true, value: "fn-name" } : undefined),
  steps: { left: 1_000 },
});

const valueOf = (value: unknown): unknown => {
  const resolved = resolveIntrinsics(value, scope());
  return resolved.ok ? resolved.value : `${resolved.kind}: ${resolved.reason}`;
};

test.each([
  [{ Ref: "Zones" }, ["a", "b"]],
  [{ Ref: "Bare" }, "given"],
  [{ Ref: "Fn" }, "fn-name"],
  [{ "Fn::GetAtt": "Fn.Arn" }, "arn:aws:lambda:eu-west-1:1:function:fn-name"],
  [{ "Fn::GetAtt": ["Bucket", "Arn"] }, "arn:aws:s3:::dev"],
  [{ "Fn::Join": ["-", ["x", { Ref: "Stage" }, 1]] }, "x-dev-1"],
  [{ "Fn::Select": ["1", { Ref: "Zones" }] }, "b"],
  [{ "Fn::Select": [0, { "Fn::Split": [":", "p:q"] }] }, "p"],
  [{ "Fn::FindInMap": ["Sizes", { Ref: "Stage" }, "memory"] }, 256],
  [{ "Fn::Base64": "hi" }, "aGk="],
  [
    { "Fn::Sub": ["${A}/${Fn.Arn}/${!B}", { A: { Ref: "AWS::StackName" } }] },
    "app/arn:aws:lambda:eu-west-1:1:function:fn-name/${B}",
  ],
  [{ "Fn::If": ["IsNot", { Ref: "Nowhere" }, ["kept"]] }, ["kept"]],
  [{ a: { Ref: "AWS::NoValue" }, b: [{ Ref: "AWS::NoValue" }, 1] }, { b: [1] }],
  [{ "Fn::Or": [{ Condition: "IsNot" }, { Condition: "IsDev" }] }, true],
])("%j is %j", (value, expected) => {
  expect(valueOf(value)).toEqual(expected);
});

test.each([
  [{ Ref: "Token" }, "fault: needs the parameter 'Token'"],
  [{ Ref: "Stag" }, "fault: refers to 'Stag', which is neither a parameter nor a resource; did you mean 'Stage'?"],
  [{ Ref: "Kept" }, "skip: is kept in AWS (SSM)"],
  [{ "Fn::GetAtt": ["Fn", "Version"] }, "skip: refers to"],
  [{ "Fn::ImportValue": "x" }, "skip: is answered by AWS alone (Fn::ImportValue)"],
  ["{{resolve:secretsmanager:x}}", "skip: is kept in AWS (secretsmanager)"],
  [{ Ref: "AWS::StackId" }, "skip: refers to AWS::StackId"],
  [{ "Fn::If": ["Nope", 1, 2] }, "fault: uses Condition"],
  [{ "Fn::Join": "x" }, "fault: uses Fn::Join"],
  [{ "Fn::Sub": ["${A}", []] }, "fault: uses Fn::Sub"],
  [JSON.parse(`${'{"a":'.repeat(60)}1${"}".repeat(60)}`), "fault: is nested too deeply"],
])("%j has no value: %s", (value, reason) => {
  expect(valueOf(value)).toContain(reason);
});
