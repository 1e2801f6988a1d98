import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEV_CREDENTIALS, PHOTOS_BUCKET, type S3Server, startS3 } from "../../examples/thumbnails/src-dev/index.ts";
import { LocalService } from "./local-service.ts";
import { describePackage, PackageTrial } from "./package-trial.ts";

let packages: PackageTrial;
beforeAll(async () => {
  packages = await PackageTrial.start();
});
afterAll(() => packages.stop());

/** As on Lambda: clients are made without arguments. */
const environment = {
  AWS_ACCESS_KEY_ID: DEV_CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: DEV_CREDENTIALS.secretAccessKey,
};

describePackage("@aws-sdk/client-s3", () => {
  let s3: S3Server;
  let directory: string;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "sluice-s3-"));
    s3 = await startS3({ directory });
  });
  afterAll(async () => {
    await s3.stop();
    rmSync(directory, { recursive: true });
  });

  test("puts, gets, lists and deletes with the environment's credentials, against a server that checks signatures", async () => {
    const source = `
      import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
      import { createReadStream, writeFileSync } from "node:fs";
      const s3 = new S3Client({ endpoint: process.env.S3, forcePathStyle: true });
      export const handler = async ({ Bucket }) => {
        await s3.send(new PutObjectCommand({ Bucket, Key: "notes/ä b.txt", Body: "häppy", ContentType: "text/plain", Metadata: { by: "test" } }));
        writeFileSync("/tmp/big.bin", Buffer.alloc(300_000, 7));
        // s3rver keeps the chunks of aws-chunked bodies as they are, so this client sends no checksum after the body.
        const plain = new S3Client({ endpoint: process.env.S3, forcePathStyle: true, requestChecksumCalculation: "WHEN_REQUIRED" });
        await plain.send(new PutObjectCommand({ Bucket, Key: "notes/big.bin", Body: createReadStream("/tmp/big.bin"), ContentLength: 300_000 }));
        const got = await s3.send(new GetObjectCommand({ Bucket, Key: "notes/ä b.txt" }));
        const text = await got.Body.transformToString();
        let bytes = 0;
        for await (const chunk of (await s3.send(new GetObjectCommand({ Bucket, Key: "notes/big.bin" }))).Body) bytes += chunk.length;
        const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: "notes/" }));
        await s3.send(new DeleteObjectCommand({ Bucket, Key: "notes/big.bin" }));
        const gone = await s3.send(new GetObjectCommand({ Bucket, Key: "notes/big.bin" })).catch((error) => [error.name, error.$metadata.httpStatusCode]);
        return { text, type: got.ContentType, by: got.Metadata.by, bytes, keys: Contents.map(({ Key, Size }) => [Key, Size]), gone };
      };`;
    const event = { Bucket: PHOTOS_BUCKET };
    expect(await packages.run(source, event, { environment: { ...environment, S3: s3.endpoint } })).toEqual({
      text: "häppy",
      type: "text/plain",
      by: "test",
      bytes: 300_000,
      keys: [
        ["notes/big.bin", 300_000],
        ["notes/ä b.txt", 6],
      ],
      gone: ["NoSuchKey", 404],
    });
    const forged = { ...environment, AWS_SECRET_ACCESS_KEY: "wrong", S3: s3.endpoint };
    await expect(packages.run(source, event, { environment: forged })).rejects.toThrow("SignatureDoesNotMatch");
  });
});

describePackage("@aws-sdk/client-dynamodb", () => {
  let service: LocalService;
  beforeAll(async () => {
    service = await LocalService.start(({ headers, body }, response) => {
      response.setHeader("content-type", "application/x-amz-json-1.0");
      const operation = String(headers["x-amz-target"]).split(".")[1];
      if (operation === "GetItem") return { Item: { id: { S: "7" }, total: { N: "9.5" }, tags: { SS: ["a", "b"] } } };
      if (!body.includes("ConditionExpression")) return {};
      response.statusCode = 400;
      const type = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException";
      return { __type: type, message: "The conditional request failed" };
    });
  });
  afterAll(() => service.stop());

  test("signed requests put and get items, and a failed condition is an error of its class", async () => {
    const source = `
      import { ConditionalCheckFailedException, DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
      const db = new DynamoDBClient({ endpoint: process.env.DB, maxAttempts: 1 });
      export const handler = async () => {
        const Item = { id: { S: "7" }, total: { N: "9.5" } };
        await db.send(new PutItemCommand({ TableName: "orders", Item }));
        const { Item: item } = await db.send(new GetItemCommand({ TableName: "orders", Key: { id: { S: "7" } } }));
        const refused = await db.send(new PutItemCommand({ TableName: "orders", Item, ConditionExpression: "attribute_not_exists(id)" }))
          .catch((error) => [error instanceof ConditionalCheckFailedException, error.name, error.message]);
        return { item, refused };
      };`;
    expect(await packages.run(source, {}, { environment: { ...environment, DB: service.url } })).toEqual({
      item: { id: { S: "7" }, total: { N: "9.5" }, tags: { SS: ["a", "b"] } },
      refused: [true, "ConditionalCheckFailedException", "The conditional request failed"],
    });
    const [put] = service.seen;
    expect(put).toMatchObject({
      method: "POST",
      path: "/",
      headers: { "x-amz-target": "DynamoDB_20120810.PutItem", "content-type": "application/x-amz-json-1.0" },
    });
    expect(put?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=S3RVER\/\d{8}\/us-east-1\/dynamodb\/aws4_request, SignedHeaders=[a-z0-9;-]*x-amz-target[a-z0-9;-]*, Signature=[0-9a-f]{64}$/,
    );
    expect(JSON.parse(put?.body ?? "")).toEqual({ TableName: "orders", Item: { id: { S: "7" }, total: { N: "9.5" } } });
  });
});
