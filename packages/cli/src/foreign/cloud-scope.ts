import { functionArn } from "@sluice/core";
import { nearestName } from "../manifest/nearest-name.ts";
import type { Resolution } from "./findings.ts";
import { isMapping, type Mapping, toText } from "./mapping.ts";

/** What a reference in a template may mean. */
export interface CloudScope {
  readonly parameters: Mapping;
  readonly conditions: Mapping;
  readonly mappings: Mapping;
  readonly resources: Mapping;
  /** Values of the command line; a name that is no parameter stands for the resource of that name. */
  readonly params: ReadonlyMap<string, string>;
  readonly place: CloudPlace;
  /** Names of the file's functions, by their logical ids. */
  readonly functionName: (logicalId: string) => Resolution | undefined;
  /** What is left of the work that one file may ask for. */
  readonly steps: { left: number };
}

export interface CloudPlace {
  readonly region: string;
  readonly accountId: string;
  readonly stackName: string;
}

/** Sluice's own defaults, unless the deployer's environment names a region. */
export function cloudPlace(env: Readonly<Record<string, string | undefined>>, stackName: string): CloudPlace {
  return {
    region: env["AWS_REGION"] || env["AWS_DEFAULT_REGION"] || "us-east-1",
    accountId: "000000000000",
    stackName,
  };
}

export const STEPS_PER_FILE = 100_000;

/** Resources whose `Ref` is the name that the template gives them. */
const NAMED_BY: Readonly<Record<string, string>> = {
  "AWS::S3::Bucket": "BucketName",
  "AWS::DynamoDB::Table": "TableName",
  "AWS::DynamoDB::GlobalTable": "TableName",
  "AWS::Serverless::SimpleTable": "TableName",
  "AWS::Kinesis::Stream": "Name",
  "AWS::Logs::LogGroup": "LogGroupName",
  "AWS::SSM::Parameter": "Name",
};

/** What `!Ref name` or `!GetAtt name.Attribute` stands for. */
export function referenceTo(name: string, scope: CloudScope, resolve: (value: unknown) => Resolution): Resolution {
  if (name.startsWith("AWS::")) return pseudoParameter(name, scope.place);
  const given = scope.params.get(name);
  if (given !== undefined) return { ok: true, value: given };
  if (Object.hasOwn(scope.parameters, name)) return parameter(name, scope.parameters[name]);
  const [logicalId = "", ...attribute] = name.split(".");
  if (!Object.hasOwn(scope.resources, logicalId)) {
    const nearest = nearestName(name, [...Object.keys(scope.parameters), ...Object.keys(scope.resources)]);
    const hint = nearest === undefined ? "" : `; did you mean '${nearest}'?`;
    return {
      ok: false,
      kind: "fault",
      reason: `refers to '${name}', which is neither a parameter nor a resource${hint}`,
    };
  }
  return (
    ofFunction(logicalId, attribute.join("."), scope) ??
    ofResource(logicalId, attribute.join("."), scope, resolve) ?? {
      ok: false,
      kind: "skip",
      reason: `refers to ${typeOf(scope.resources[logicalId])} '${name}', which Sluice does not make; give it with --param ${name}=…`,
    }
  );
}

function ofFunction(logicalId: string, attribute: string, scope: CloudScope): Resolution | undefined {
  const name = scope.functionName(logicalId);
  if (name === undefined || (attribute !== "" && attribute !== "Arn")) return undefined;
  if (!name.ok || attribute === "") return name;
  return { ok: true, value: functionArn(scope.place, String(name.value)) };
}

function ofResource(
  logicalId: string,
  attribute: string,
  { resources }: CloudScope,
  resolve: (value: unknown) => Resolution,
): Resolution | undefined {
  const resource = resources[logicalId];
  const type = typeOf(resource);
  const property = NAMED_BY[type];
  const properties = isMapping(resource) ? resource["Properties"] : undefined;
  if (property === undefined || !isMapping(properties) || properties[property] === undefined) return undefined;
  if (attribute !== "" && (attribute !== "Arn" || type !== "AWS::S3::Bucket")) return undefined;
  const name = resolve(properties[property]);
  if (!name.ok || attribute === "") return name;
  return { ok: true, value: `arn:aws:s3:::${String(name.value)}` };
}

function parameter(name: string, declared: unknown): Resolution {
  const { Type: type, Default: fallback } = isMapping(declared) ? declared : {};
  if (typeof type === "string" && type.startsWith("AWS::SSM::")) {
    return { ok: false, kind: "skip", reason: `is kept in AWS (SSM); give it with --param ${name}=…` };
  }
  if (fallback === undefined) {
    return {
      ok: false,
      kind: "fault",
      reason: `needs the parameter '${name}', which has no Default; give it with --param ${name}=…`,
    };
  }
  const isList = typeof type === "string" && (type === "CommaDelimitedList" || type.startsWith("List<"));
  return {
    ok: true,
    value: isList
      ? toText(fallback)
          .split(",")
          .map((item) => item.trim())
      : fallback,
  };
}

function pseudoParameter(name: string, { region, accountId, stackName }: CloudPlace): Resolution {
  const values: Readonly<Record<string, string | undefined>> = {
    "AWS::Region": region,
    "AWS::AccountId": accountId,
    "AWS::StackName": stackName,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::NoValue": undefined,
  };
  if (Object.hasOwn(values, name)) return { ok: true, value: values[name] };
  return { ok: false, kind: "skip", reason: `refers to ${name}, which only a stack in AWS has` };
}

function typeOf(resource: unknown): string {
  return isMapping(resource) && typeof resource["Type"] === "string" ? resource["Type"] : "the resource";
}
