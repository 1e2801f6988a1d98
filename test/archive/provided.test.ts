import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stopBundler } from "@sluice/bundle";
import { DEV_CREDENTIALS, PHOTOS_BUCKET, type S3Server, startS3 } from "../../examples/thumbnails/src-dev/index.ts";
import { LocalService } from "../packages/local-service.ts";
import { ROOT } from "../source-tree.ts";
import { bundled, UploadTrial } from "./upload-trial.ts";

let uploads: UploadTrial;
let service: LocalService;
let s3: S3Server;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "sluice-provided-"));
  [uploads, s3, service] = await Promise.all([
    UploadTrial.start(),
    startS3({ directory: folder }),
    LocalService.start(() => ({
      Item: { id: { S: "7" } },
      MessageId: "m",
      MD5OfMessageBody: "9dd4e461268c8034f5c8564e155c67a6",
      SequenceNumber: "9",
      StatusCode: 200,
    })),
  ]);
});
afterAll(async () => {
  await Promise.all([uploads.stop(), s3.stop(), service.stop(), stopBundler()]);
  rmSync(folder, { recursive: true });
});

const credentials = {
  AWS_ACCESS_KEY_ID: DEV_CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: DEV_CREDENTIALS.secretAccessKey,
};
const own = (name: string, version: string): Record<string, string> => ({
  [`node_modules/${name}/package.json`]: `{"name":"${name}","version":"${version}","main":"main.js"}`,
  [`node_modules/${name}/main.js`]: `exports.S3Client = "${version}"; exports.by = "the archive";`,
});

test("a handler that packages nothing puts, gets and signs objects", async () => {
  const source = `
    import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
    import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
    const s3 = new S3Client({ forcePathStyle: true });
    export const handler = async ({ Bucket }) => {
      await s3.send(new PutObjectCommand({ Bucket, Key: "a.txt", Body: "häppy" }));
      const object = new GetObjectCommand({ Bucket, Key: "a.txt" });
      const { Body } = await s3.send(object);
      const link = await getSignedUrl(s3, object, { expiresIn: 60 });
      const { searchParams } = new URL(link);
      return [await Body.transformToString(), searchParams.get("X-Amz-Expires"), searchParams.get("X-Amz-Signature").length];
    };`;
  const environment = { ...credentials, AWS_ENDPOINT_URL_S3: s3.endpoint };
  const value = await uploads.run({ "index.mjs": source }, { environment }, { Bucket: PHOTOS_BUCKET });
  expect(value).toEqual(["häppy", "60", 64]);
});

test("CommonJS finds them too, and each package is there once, whoever asks for it", async () => {
  const files = {
    "index.js": `
      const { DynamoDBClient } = require("@aws-sdk/client-dynamodb");
      const { DynamoDBDocumentClient, GetCommand } = require("@aws-sdk/lib-dynamodb");
      const documents = DynamoDBDocumentClient.from(new DynamoDBClient({}));
      exports.handler = async () => [
        (await documents.send(new GetCommand({ TableName: "t", Key: { id: "7" } }))).Item,
        (await import("./other.mjs")).DynamoDBClient === DynamoDBClient,
      ];`,
    "other.mjs": 'export { DynamoDBClient } from "@aws-sdk/client-dynamodb";',
  };
  const environment = { ...credentials, AWS_ENDPOINT_URL_DYNAMODB: service.url };
  expect(await uploads.run(files, { environment })).toEqual([{ id: "7" }, true]);
});

test.each([
  ["sqs", "SQSClient", "SendMessageCommand", '{ QueueUrl: process.env.AWS_ENDPOINT_URL + "/0/q", MessageBody: "x" }'],
  ["kinesis", "KinesisClient", "PutRecordCommand", '{ StreamName: "s", PartitionKey: "p", Data: Buffer.from("x") }'],
  ["lambda", "LambdaClient", "InvokeCommand", '{ FunctionName: "f" }'],
])("the client of %s speaks HTTP/1.1 to the endpoint of the environment", async (name, client, command, input) => {
  const source = `
    import { ${client}, ${command} } from "@aws-sdk/client-${name}";
    const client = new ${client}({ maxAttempts: 1 });
    export const handler = async () => (await client.send(new ${command}(${input}))).$metadata.httpStatusCode;`;
  const environment = { ...credentials, AWS_ENDPOINT_URL: service.url };
  const { warnings } = await bundled({ "index.mjs": source });
  expect(warnings).toEqual([]);
  expect(await uploads.run({ "index.mjs": source }, { environment })).toBe(200);
});

test("a packaged version wins, in the archive and in a layer", async () => {
  const files = { "index.js": 'exports.handler = async () => require("@aws-sdk/client-s3").S3Client;' };
  expect(await uploads.run({ ...files, ...own("@aws-sdk/client-s3", "3.0.1") })).toBe("3.0.1");
  const layer = Object.entries(own("@aws-sdk/client-s3", "3.0.2")).map(([path, text]) => [`nodejs/${path}`, text]);
  expect(await uploads.run(files, { layers: [Object.fromEntries(layer)] })).toBe("3.0.2");
});

test("what an archive packages is not what a provided package runs on", async () => {
  const files = {
    "index.mjs":
      'import { S3Client } from "@aws-sdk/client-s3"; import { by } from "@smithy/core"; export const handler = () => [by, new S3Client({}).config.apiVersion];',
    ...own("@smithy/core", "0.0.1"),
  };
  expect(await uploads.run(files)).toEqual(["the archive", "2006-03-01"]);
});

test("only what is imported becomes code, and nothing that a computed require may mean", async () => {
  const none = await bundled({ "index.js": "exports.handler = async () => 1;" });
  const some = await bundled({
    "index.mjs": 'import { SQSClient } from "@aws-sdk/client-sqs"; export const handler = () => SQSClient.name;',
    "large.txt": "x".repeat(5_000_000),
  });
  const all = await bundled({ "index.js": 'exports.handler = () => require("@aws-sdk/client-sqs");' });
  const computed = await bundled({ "index.js": "exports.handler = ({ name }) => require(name);" });
  expect(none.code.length).toBeLessThan(50_000);
  expect(computed.code.length - none.code.length).toBeLessThan(2_000);
  expect(some.code.length).toBeLessThan(all.code.length);
  expect(some.warnings).toEqual([]);
});

const up = "../".repeat(12);
test.each([
  ["a path out of the runtime's folder", `"/var/runtime/node_modules/${up}${ROOT.slice(1)}/package.json"`],
  ["a path out of a provided package", `"@aws-sdk/client-s3/${up}${ROOT.slice(1)}/package.json"`],
  ["a package beside the provided ones", '"typescript"'],
  ["a package beside them, by its path", '"/var/runtime/node_modules/typescript/package.json"'],
  ["a package beside them, from inside", '"@aws-sdk/client-s3/../../typescript/package.json"'],
])("%s leads nowhere", async (_, specifier) => {
  const code = `require(${specifier}); exports.handler = () => 1;`;
  const [type, message] = await uploads.failure({ "index.js": code });
  expect([type, message]).toEqual(["Runtime.ImportModuleError", expect.stringMatching(/^Error: Cannot find module '/)]);
});

test("an archive's files in the runtime's folder lie in the function's own, and change nothing", async () => {
  const fake = "module.exports = { S3Client: 'fake' };";
  const files = {
    "index.js":
      'const { S3Client } = require("@aws-sdk/client-s3"); exports.handler = async () => [S3Client.name, require("./var/runtime/x.js")];',
    "var/runtime/x.js": "module.exports = __filename;",
    "var/runtime/node_modules/@aws-sdk/client-s3/index.js": fake,
    "opt/node_modules/@aws-sdk/client-s3/index.js": fake,
  };
  expect(await uploads.run(files)).toEqual(["S3Client", "/var/task/var/runtime/x.js"]);
});

test("no path of this machine is in a bundle or in its source map", async () => {
  const { code, sourceMap } = await bundled({ "index.js": 'exports.x = require("@aws-sdk/client-s3");' });
  expect(Buffer.from(code).includes(ROOT)).toBe(false);
  expect(Buffer.from(sourceMap ?? []).includes(ROOT)).toBe(false);
  expect(Buffer.from(sourceMap ?? []).includes("/var/runtime/node_modules/@aws-sdk/client-s3/")).toBe(true);
});

test("a client that is not provided is missing, with the names of those that are", async () => {
  const files = { "index.js": 'require("@aws-sdk/client-ssm"); exports.handler = () => 1;' };
  const { warnings } = await bundled(files);
  expect(warnings).toEqual([
    expect.stringMatching(/client-ssm.* has to: .*client-dynamodb, .*s3-request-presigner are/),
  ]);
  expect(await uploads.failure(files)).toEqual([
    "Runtime.ImportModuleError",
    expect.stringContaining("Cannot find module '@aws-sdk/client-ssm'"),
  ]);
  const manifest = JSON.parse(readFileSync(join(ROOT, "packages/bundle/package.json"), "utf8")) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  for (const name of Object.keys(manifest.dependencies).filter((one) => one.startsWith("@aws-sdk/"))) {
    expect(warnings[0]).toContain(name.replace("@aws-sdk/", ""));
  }
});
