import { ACCOUNT, functionArn, REGION, ROLE } from "./compat-product.ts";
import { NAME } from "./function-steps.ts";
import type { Kept, Step } from "./step.ts";

const FunctionName = NAME;
const ResourceArn = functionArn(NAME);
const DurableExecutionArn = `${ResourceArn}:1/durable-execution/name/id`;
const QUEUE = `arn:aws:sqs:${REGION}:${ACCOUNT}:orders`;
const policy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "own",
      Effect: "Allow",
      Principal: { AWS: ACCOUNT },
      Action: "lambda:InvokeFunction",
      Resource: ResourceArn,
    },
  ],
});
const CODE_SIGNING = {
  AllowedPublishers: {
    SigningProfileVersionArns: [`arn:aws:signer:${REGION}:${ACCOUNT}:/signing-profiles/Own/abcdefghij`],
  },
};

/** What belongs to a function beside its code: who may call it, how many at once, what follows. */
export const SETTING_STEPS: readonly Step[] = [
  {
    operation: "AddPermission",
    input: {
      FunctionName,
      Qualifier: "live",
      StatementId: "bucket",
      Action: "lambda:InvokeFunction",
      Principal: "s3.amazonaws.com",
      SourceArn: "arn:aws:s3:::photos",
      SourceAccount: ACCOUNT,
    },
  },
  { operation: "GetPolicy", input: { FunctionName, Qualifier: "live" } },
  { operation: "RemovePermission", input: { FunctionName, Qualifier: "live", StatementId: "bucket" } },
  { operation: "PutResourcePolicy", input: { ResourceArn, Policy: policy } },
  {
    operation: "GetResourcePolicy",
    input: { ResourceArn },
    keep: ({ RevisionId }) => RevisionId,
  },
  {
    operation: "DeleteResourcePolicy",
    input: (kept) => ({ ResourceArn, RevisionId: kept.get("GetResourcePolicy") }),
  },
  { operation: "TagResource", input: { Resource: ResourceArn, Tags: { stage: "test", "two words": "a b" } } },
  { operation: "UntagResource", input: { Resource: ResourceArn, TagKeys: ["two words", "team"] } },
  { operation: "ListTags", input: { Resource: ResourceArn } },
  { operation: "PutFunctionConcurrency", input: { FunctionName, ReservedConcurrentExecutions: 5 } },
  { operation: "GetFunctionConcurrency", input: { FunctionName } },
  {
    operation: "PutProvisionedConcurrencyConfig",
    input: { FunctionName, Qualifier: "live", ProvisionedConcurrentExecutions: 1 },
  },
  { operation: "GetProvisionedConcurrencyConfig", input: { FunctionName, Qualifier: "live" } },
  { operation: "ListProvisionedConcurrencyConfigs", input: { FunctionName } },
  { operation: "DeleteProvisionedConcurrencyConfig", input: { FunctionName, Qualifier: "live" } },
  { operation: "DeleteFunctionConcurrency", input: { FunctionName } },
  {
    operation: "PutFunctionEventInvokeConfig",
    input: { FunctionName, MaximumRetryAttempts: 1, DestinationConfig: { OnFailure: { Destination: QUEUE } } },
  },
  { operation: "UpdateFunctionEventInvokeConfig", input: { FunctionName, MaximumEventAgeInSeconds: 60 } },
  { operation: "GetFunctionEventInvokeConfig", input: { FunctionName } },
  { operation: "ListFunctionEventInvokeConfigs", input: { FunctionName } },
  { operation: "DeleteFunctionEventInvokeConfig", input: { FunctionName } },
  { operation: "PutFunctionRecursionConfig", input: { FunctionName, RecursiveLoop: "Allow" } },
  { operation: "GetFunctionRecursionConfig", input: { FunctionName } },
  { operation: "PutRuntimeManagementConfig", input: { FunctionName, UpdateRuntimeOn: "FunctionUpdate" } },
  { operation: "GetRuntimeManagementConfig", input: { FunctionName } },
];

const csc = ({ CodeSigningConfig: config }: Readonly<Record<string, unknown>>): unknown =>
  (config as { readonly CodeSigningConfigArn: string }).CodeSigningConfigArn;

export const CODE_SIGNING_STEPS: readonly Step[] = [
  { operation: "CreateCodeSigningConfig", input: { ...CODE_SIGNING, Description: "ours" }, keep: csc },
  ...(["GetCodeSigningConfig", "UpdateCodeSigningConfig"] as const).map(
    (operation): Step => ({
      operation,
      input: (kept) => ({ CodeSigningConfigArn: kept.get("CreateCodeSigningConfig") }),
    }),
  ),
  { operation: "ListCodeSigningConfigs", input: {} },
  {
    operation: "PutFunctionCodeSigningConfig",
    input: (kept) => ({ FunctionName, CodeSigningConfigArn: kept.get("CreateCodeSigningConfig") }),
  },
  { operation: "GetFunctionCodeSigningConfig", input: { FunctionName } },
  {
    operation: "ListFunctionsByCodeSigningConfig",
    input: (kept) => ({ CodeSigningConfigArn: kept.get("CreateCodeSigningConfig") }),
  },
  { operation: "DeleteFunctionCodeSigningConfig", input: { FunctionName } },
  {
    operation: "DeleteCodeSigningConfig",
    input: (kept) => ({ CodeSigningConfigArn: kept.get("CreateCodeSigningConfig") }),
  },
];

/** Until mappings can be made, one that there is not. */
const mapping = (kept: Kept): string => kept.get("CreateEventSourceMapping") ?? "14e0db71-0d5e-4ff1-a3f5-3b2d6a0f6c11";

/** Addresses, and the queues and streams that are read for a function. */
export const SOURCE_STEPS: readonly Step[] = [
  {
    operation: "CreateFunctionUrlConfig",
    input: { FunctionName, AuthType: "NONE", Cors: { AllowOrigins: ["*"], MaxAge: 60 }, InvokeMode: "RESPONSE_STREAM" },
  },
  { operation: "GetFunctionUrlConfig", input: { FunctionName } },
  { operation: "UpdateFunctionUrlConfig", input: { FunctionName, AuthType: "AWS_IAM", InvokeMode: "BUFFERED" } },
  { operation: "ListFunctionUrlConfigs", input: { FunctionName } },
  { operation: "DeleteFunctionUrlConfig", input: { FunctionName } },
  {
    operation: "CreateEventSourceMapping",
    input: { FunctionName, EventSourceArn: QUEUE, BatchSize: 5, Enabled: false },
    keep: ({ UUID }) => UUID,
  },
  { operation: "GetEventSourceMapping", input: (kept) => ({ UUID: mapping(kept) }) },
  {
    operation: "UpdateEventSourceMapping",
    input: (kept) => ({ UUID: mapping(kept), BatchSize: 3 }),
  },
  { operation: "ListEventSourceMappings", input: { FunctionName } },
  { operation: "DeleteEventSourceMapping", input: (kept) => ({ UUID: mapping(kept) }) },
];

const missing = (operation: Step["operation"], input: Step["input"]): Step => ({
  operation,
  input,
  error: "ResourceNotFoundException",
});
const refused = (operation: Step["operation"], input: Step["input"]): Step => ({
  operation,
  input,
  error: "InvalidParameterValueException",
});
const CapacityProviderName = "none";
const ScalingConfig = { MinExecutionEnvironments: 1, MaxExecutionEnvironments: 2 };

export const NOT_OFFERED_STEPS: readonly Step[] = [
  refused("CreateCapacityProvider", {
    CapacityProviderName,
    VpcConfig: { SubnetIds: ["subnet-0123456789abcdef0"], SecurityGroupIds: ["sg-0123456789abcdef0"] },
    PermissionsConfig: { CapacityProviderOperatorRoleArn: ROLE },
  }),
  missing("GetCapacityProvider", { CapacityProviderName }),
  missing("UpdateCapacityProvider", { CapacityProviderName }),
  missing("DeleteCapacityProvider", { CapacityProviderName }),
  missing("ListFunctionVersionsByCapacityProvider", { CapacityProviderName }),
  { operation: "ListCapacityProviders", input: {} },
  refused("PutFunctionScalingConfig", {
    FunctionName,
    Qualifier: "$LATEST.PUBLISHED",
    FunctionScalingConfig: ScalingConfig,
  }),
  { operation: "GetFunctionScalingConfig", input: { FunctionName, Qualifier: "1" } },
  refused("CheckpointDurableExecution", { DurableExecutionArn, CheckpointToken: "abcd" }),
  refused("GetDurableExecutionState", { DurableExecutionArn, CheckpointToken: "abcd" }),
  missing("GetDurableExecution", { DurableExecutionArn }),
  missing("GetDurableExecutionHistory", { DurableExecutionArn }),
  missing("StopDurableExecution", { DurableExecutionArn }),
  { operation: "ListDurableExecutionsByFunction", input: { FunctionName } },
  missing("SendDurableExecutionCallbackSuccess", { CallbackId: "abcd" }),
  missing("SendDurableExecutionCallbackFailure", { CallbackId: "abcd" }),
  missing("SendDurableExecutionCallbackHeartbeat", { CallbackId: "abcd" }),
];
