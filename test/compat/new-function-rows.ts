import { layerArn, ROLE } from "./compat-product.ts";
import { archive, FunctionName, type Row } from "./refusal-rows.ts";
import type { Document } from "./step.ts";

export const made = { FunctionName: "another", Role: ROLE, Runtime: "nodejs22.x", Handler: "index.handler" } as const;
const Code = { ZipFile: archive };
const IMAGE = "000000000000.dkr.ecr.us-east-1.amazonaws.com/i:1";
const FILES = {
  Arn: "arn:aws:elasticfilesystem:us-east-1:000000000000:access-point/fsap-0123456789abcdef0",
  LocalMountPath: "/mnt/x",
};
const INVALID = "InvalidParameterValueException";
const BROKEN = "ValidationException";
const variables = (Variables: Document): Document => ({ Environment: { Variables } });

function row(what: string, changes: Document, error: string, said = /./): Row {
  return [what, "CreateFunction", { ...made, Code, ...changes }, error, said];
}

/** What makes a new function be refused. */
export const NEW_FUNCTION: readonly Row[] = [
  row("a name that is taken", { FunctionName }, "ResourceConflictException", /already exist/),
  row("a role that is no role", { Role: "admin" }, BROKEN, /1 validation error detected: Value 'admin' at 'role'/),
  row("a runtime that is unknown", { Runtime: "nodejs99.x" }, INVALID, /nodejs24\.x/),
  row("a runtime of another language", { Runtime: "python3.13" }, INVALID, /python3\.13/),
  row("an archive that is none", { Code: { ZipFile: Buffer.from("no zip") } }, INVALID, /unzip/i),
  row("no code", { Code: {} }, INVALID),
  row("an image", { PackageType: "Image", Code: { ImageUri: IMAGE } }, INVALID, /container images/),
  row("an object that is not there", { Code: { S3Bucket: "photos", S3Key: "none.zip" } }, INVALID, /NoSuchKey/),
  row("a layer that is not there", { Layers: [`${layerArn("none")}:1`] }, INVALID, /does not exist/),
  row("a time that is too long", { Timeout: 901 }, BROKEN, /'901' at 'timeout' failed .* less than or equal to 900/),
  row("memory that is too little", { MemorySize: 64 }, BROKEN, /'memorySize'/),
  row("memory that is too much", { MemorySize: 10_241 }, BROKEN, /'memorySize' failed .* equal to 10240/),
  row("storage that is too much", { EphemeralStorage: { Size: 10_241 } }, BROKEN, /'ephemeralStorage\.size'/),
  row("a reserved variable", variables({ AWS_REGION: "x" }), INVALID, /AWS_REGION/),
  row("an environment that is too large", variables({ LONG: "a".repeat(4_097) }), INVALID, /4KB/),
  row("a file system", { FileSystemConfigs: [FILES] }, INVALID, /FileSystemConfigs/),
  row("a tag of AWS's", { Tags: { "aws:x": "1" } }, INVALID),
];
