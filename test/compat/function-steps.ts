import { zipOf } from "@sluice/bundle/testing";
import { ACCOUNT, functionArn, layerArn, REGION, ROLE } from "./compat-product.ts";
import type { Step } from "./step.ts";

export const NAME = "everything";
const FunctionName = NAME;
const ARN = functionArn(NAME);
const LayerName = "words";
const CODE = "exports.handler = async (event) => ({ event, word: require('/opt/word').word });";
const archive = zipOf({ "index.js": CODE });
const layer = (word: string) => ({ ZipFile: zipOf({ "word.js": `exports.word = "${word}";` }) });

/** Functions, their layers, versions, aliases and calls. */
export const FUNCTION_STEPS: readonly Step[] = [
  {
    operation: "PublishLayerVersion",
    input: {
      LayerName,
      Description: "one word",
      Content: layer("first"),
      CompatibleRuntimes: ["nodejs22.x", "nodejs24.x"],
      CompatibleArchitectures: ["x86_64", "arm64"],
      LicenseInfo: "MIT",
    },
  },
  { operation: "PublishLayerVersion", input: { LayerName, Content: layer("second") } },
  { operation: "GetLayerVersion", input: { LayerName, VersionNumber: 1 } },
  { operation: "GetLayerVersionByArn", input: { Arn: `${layerArn(LayerName)}:2` } },
  { operation: "ListLayers", input: { CompatibleRuntime: "nodejs24.x" } },
  { operation: "ListLayerVersions", input: { LayerName, MaxItems: 1 } },
  {
    operation: "AddLayerVersionPermission",
    input: { LayerName, VersionNumber: 1, StatementId: "all", Action: "lambda:GetLayerVersion", Principal: "*" },
  },
  { operation: "GetLayerVersionPolicy", input: { LayerName, VersionNumber: 1 } },
  { operation: "RemoveLayerVersionPermission", input: { LayerName, VersionNumber: 1, StatementId: "all" } },
  { operation: "DeleteLayerVersion", input: { LayerName, VersionNumber: 2 } },
  {
    operation: "CreateFunction",
    input: {
      FunctionName,
      Role: ROLE,
      Runtime: "nodejs22.x",
      Handler: "index.handler",
      Code: { ZipFile: archive },
      Description: "all that can be said of a function",
      Timeout: 7,
      MemorySize: 192,
      Environment: { Variables: { GREETING: "hällo" } },
      Tags: { team: "compat" },
      Layers: [`${layerArn(LayerName)}:1`],
      VpcConfig: { SubnetIds: ["subnet-0123456789abcdef0"], SecurityGroupIds: ["sg-0123456789abcdef0"] },
      DeadLetterConfig: { TargetArn: `arn:aws:sqs:${REGION}:${ACCOUNT}:lost` },
      TracingConfig: { Mode: "Active" },
      KMSKeyArn: `arn:aws:kms:${REGION}:${ACCOUNT}:key/a`,
      Architectures: ["arm64"],
      EphemeralStorage: { Size: 1024 },
      SnapStart: { ApplyOn: "PublishedVersions" },
      LoggingConfig: { LogFormat: "JSON", ApplicationLogLevel: "INFO", SystemLogLevel: "WARN", LogGroup: "/own/group" },
      PackageType: "Zip",
      Publish: true,
    },
  },
  { operation: "GetFunction", input: { FunctionName } },
  { operation: "GetFunction", input: { FunctionName: `${ARN}:1` } },
  { operation: "GetFunctionConfiguration", input: { FunctionName: `${ACCOUNT}:function:${NAME}`, Qualifier: "1" } },
  { operation: "ListFunctions", input: { FunctionVersion: "ALL", MaxItems: 1 } },
  {
    operation: "UpdateFunctionCode",
    input: { FunctionName, ZipFile: zipOf({ "index.js": CODE, "notes.txt": "more" }), Architectures: ["x86_64"] },
  },
  {
    operation: "UpdateFunctionConfiguration",
    input: { FunctionName, Timeout: 9, Environment: { Variables: {} }, DeadLetterConfig: { TargetArn: "" } },
  },
  { operation: "PublishVersion", input: { FunctionName, Description: "the second" } },
  { operation: "ListVersionsByFunction", input: { FunctionName, MaxItems: 2 } },
  {
    operation: "CreateAlias",
    input: {
      FunctionName,
      Name: "live",
      FunctionVersion: "1",
      Description: "what callers get",
      RoutingConfig: { AdditionalVersionWeights: { "2": 0.25 } },
    },
  },
  { operation: "GetAlias", input: { FunctionName, Name: "live" } },
  {
    operation: "UpdateAlias",
    input: { FunctionName, Name: "live", FunctionVersion: "2", RoutingConfig: { AdditionalVersionWeights: {} } },
  },
  { operation: "ListAliases", input: { FunctionName, FunctionVersion: "2" } },
  { operation: "Invoke", input: { FunctionName, Qualifier: "live", Payload: Buffer.from("[1]"), LogType: "Tail" } },
  { operation: "Invoke", input: { FunctionName, InvocationType: "Event", Payload: Buffer.from("{}") } },
  { operation: "Invoke", input: { FunctionName, InvocationType: "DryRun" } },
  { operation: "InvokeAsync", input: { FunctionName, InvokeArgs: Buffer.from("{}") } },
  { operation: "InvokeWithResponseStream", input: { FunctionName, Payload: Buffer.from("{}") } },
];

/** At the end of everything. */
export const LAST_STEPS: readonly Step[] = [
  { operation: "GetAccountSettings", input: {} },
  { operation: "DeleteAlias", input: { FunctionName, Name: "live" } },
  { operation: "DeleteFunction", input: { FunctionName, Qualifier: "1" } },
  { operation: "DeleteFunction", input: { FunctionName } },
];
