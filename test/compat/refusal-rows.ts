import { zipOf } from "@sluice/bundle/testing";
import type { OperationName } from "./answer-check.ts";
import { functionArn, REGION } from "./compat-product.ts";
import type { Document } from "./step.ts";

export const FunctionName = "refusing";
const ResourceArn = functionArn(FunctionName);
const old = "11111111-2222-4333-8444-555555555555";
export const archive = zipOf({ "index.js": "exports.handler = async () => 1;" });
const csc = `arn:aws:lambda:${REGION}:000000000000:code-signing-config:csc-0123456789abcdef0`;
export const statement = { StatementId: "s", Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com" };

/** `said`: what the message must have in it. */
export type Row = readonly [what: string, operation: OperationName, input: Document, error: string, said?: RegExp];

export const OLDER_STATE: readonly Row[] = [
  ["code", "UpdateFunctionCode", { FunctionName, ZipFile: archive, RevisionId: old }, "PreconditionFailedException"],
  [
    "a configuration",
    "UpdateFunctionConfiguration",
    { FunctionName, Timeout: 4, RevisionId: old },
    "PreconditionFailedException",
  ],
  ["a version", "PublishVersion", { FunctionName, RevisionId: old }, "PreconditionFailedException"],
  [
    "an alias",
    "UpdateAlias",
    { FunctionName, Name: "live", Description: "x", RevisionId: old },
    "PreconditionFailedException",
  ],
  [
    "a permission",
    "AddPermission",
    { FunctionName, ...statement, StatementId: "t", RevisionId: old },
    "PreconditionFailedException",
  ],
  [
    "a permission's removal",
    "RemovePermission",
    { FunctionName, StatementId: "s", RevisionId: old },
    "PreconditionFailedException",
  ],
  ["a policy's removal", "DeleteResourcePolicy", { ResourceArn, RevisionId: old }, "PreconditionFailedException"],
  [
    "a layer's permission",
    "AddLayerVersionPermission",
    {
      LayerName: "l",
      VersionNumber: 1,
      StatementId: "t",
      Action: "lambda:GetLayerVersion",
      Principal: "*",
      RevisionId: old,
    },
    "PreconditionFailedException",
  ],
];

export const FUNCTIONS: readonly Row[] = [
  [
    "other code than said",
    "PublishVersion",
    { FunctionName, CodeSha256: "bm8=" },
    "InvalidParameterValueException",
    /CodeSHA256/i,
  ],
  [
    "an alias that is taken",
    "CreateAlias",
    { FunctionName, Name: "live", FunctionVersion: "1" },
    "ResourceConflictException",
  ],
  [
    "an alias of no version",
    "CreateAlias",
    { FunctionName, Name: "next", FunctionVersion: "7" },
    "ResourceNotFoundException",
    /refusing:7/,
  ],
  [
    "weights of $LATEST",
    "CreateAlias",
    {
      FunctionName,
      Name: "next",
      FunctionVersion: "$LATEST",
      RoutingConfig: { AdditionalVersionWeights: { "1": 0.5 } },
    },
    "InvalidParameterValueException",
    /\$LATEST/,
  ],
  [
    "a weight over 1",
    "UpdateAlias",
    { FunctionName, Name: "live", RoutingConfig: { AdditionalVersionWeights: { "2": 1.5 } } },
    "ValidationException",
  ],
  [
    "an alias that is not there",
    "GetAlias",
    { FunctionName, Name: "none" },
    "ResourceNotFoundException",
    /Cannot find alias arn/,
  ],
  [
    "a version that an alias names",
    "DeleteFunction",
    { FunctionName, Qualifier: "1" },
    "ResourceConflictException",
    /live/,
  ],
  ["$LATEST alone", "DeleteFunction", { FunctionName, Qualifier: "$LATEST" }, "InvalidParameterValueException"],
  [
    "a version that is not there",
    "GetFunction",
    { FunctionName, Qualifier: "9" },
    "ResourceNotFoundException",
    /function:refusing:9/,
  ],
  [
    "two qualifiers",
    "GetFunction",
    { FunctionName: `${FunctionName}:1`, Qualifier: "2" },
    "InvalidParameterValueException",
    /derived qualifier/,
  ],
  [
    "another account",
    "GetFunction",
    { FunctionName: ResourceArn.replace("000000000000", "111111111111") },
    "ResourceNotFoundException",
  ],
  ["a statement that is taken", "AddPermission", { FunctionName, ...statement }, "ResourceConflictException", /\(s\)/],
  [
    "a statement that is not there",
    "RemovePermission",
    { FunctionName, StatementId: "none" },
    "ResourceNotFoundException",
  ],
  ["a policy of a version that has none", "GetPolicy", { FunctionName, Qualifier: "1" }, "ResourceNotFoundException"],
  ["a policy that is no JSON", "PutResourcePolicy", { ResourceArn, Policy: "{" }, "InvalidParameterValueException"],
  [
    "more than may be reserved",
    "PutFunctionConcurrency",
    { FunctionName, ReservedConcurrentExecutions: 901 },
    "InvalidParameterValueException",
    /\[100\]/,
  ],
  [
    "environments of $LATEST",
    "PutProvisionedConcurrencyConfig",
    { FunctionName, Qualifier: "$LATEST", ProvisionedConcurrentExecutions: 1 },
    "InvalidParameterValueException",
  ],
  [
    "environments that nobody asked for",
    "GetProvisionedConcurrencyConfig",
    { FunctionName, Qualifier: "1" },
    "ProvisionedConcurrencyConfigNotFoundException",
  ],
  ["rules that nobody made", "GetFunctionEventInvokeConfig", { FunctionName }, "ResourceNotFoundException"],
  [
    "rules to be changed that nobody made",
    "UpdateFunctionEventInvokeConfig",
    { FunctionName, MaximumRetryAttempts: 1 },
    "ResourceNotFoundException",
  ],
  [
    "a destination that is none",
    "PutFunctionEventInvokeConfig",
    { FunctionName, DestinationConfig: { OnFailure: { Destination: "arn:aws:iam::000000000000:role/r" } } },
    "InvalidParameterValueException",
    /destination/i,
  ],
  [
    "a retry too many",
    "PutFunctionEventInvokeConfig",
    { FunctionName, MaximumRetryAttempts: 3 },
    "ValidationException",
  ],
  [
    "a code-signing configuration that is not there",
    "PutFunctionCodeSigningConfig",
    { FunctionName, CodeSigningConfigArn: csc },
    "CodeSigningConfigNotFoundException",
  ],
  [
    "signatures that must be",
    "CreateCodeSigningConfig",
    {
      AllowedPublishers: {
        SigningProfileVersionArns: ["arn:aws:signer:us-east-1:000000000000:/signing-profiles/Own/abcdefghij"],
      },
      CodeSigningPolicies: { UntrustedArtifactOnDeployment: "Enforce" },
    },
    "InvalidParameterValueException",
  ],
  [
    "an older runtime",
    "PutRuntimeManagementConfig",
    {
      FunctionName,
      UpdateRuntimeOn: "Manual",
      RuntimeVersionArn: `arn:aws:lambda:${REGION}::runtime:${"0".repeat(64)}`,
    },
    "InvalidParameterValueException",
  ],
  [
    "tags of a version",
    "TagResource",
    { Resource: `${ResourceArn}:1`, Tags: { a: "b" } },
    "InvalidParameterValueException",
  ],
  [
    "a layer version that is not there",
    "GetLayerVersion",
    { LayerName: "l", VersionNumber: 9 },
    "ResourceNotFoundException",
  ],
  [
    "a policy of a layer that has none",
    "GetLayerVersionPolicy",
    { LayerName: "l", VersionNumber: 2 },
    "ResourceNotFoundException",
  ],
];

export const CALLS: readonly Row[] = [
  [
    "an event that is no JSON",
    "Invoke",
    { FunctionName, Payload: Buffer.from("{oops") },
    "InvalidRequestContentException",
  ],
  [
    "an event that is too large",
    "Invoke",
    { FunctionName, Payload: Buffer.alloc(6_291_457, " ") },
    "RequestTooLargeException",
  ],
  [
    "a queued event that is too large",
    "Invoke",
    { FunctionName, InvocationType: "Event", Payload: Buffer.alloc(1_048_577, " ") },
    "RequestTooLargeException",
  ],
  ["a context that is no JSON", "Invoke", { FunctionName, ClientContext: "bm8=" }, "InvalidRequestContentException"],
  ["a durable execution", "Invoke", { FunctionName, DurableExecutionName: "d" }, "InvalidParameterValueException"],
  [
    "a version that is not there",
    "Invoke",
    { FunctionName, Qualifier: "7" },
    "ResourceNotFoundException",
    /refusing:7/,
  ],
  [
    "a version that is not there, queued",
    "Invoke",
    { FunctionName, InvocationType: "Event", Qualifier: "7" },
    "ResourceNotFoundException",
  ],
  [
    "a version that is not there, tried",
    "Invoke",
    { FunctionName, InvocationType: "DryRun", Qualifier: "7" },
    "ResourceNotFoundException",
  ],
];
