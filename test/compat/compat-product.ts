import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LambdaClient, type LambdaClientConfig } from "@aws-sdk/client-lambda";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { DEV_CREDENTIALS, PHOTOS_BUCKET, type S3Server, startS3 } from "../../examples/thumbnails/src-dev/index.ts";
import { Stack } from "../support/stack.ts";

/** That mappings read from. */
const QUEUE_NAME = "orders";

export interface KeyPair {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export const REGION = "us-east-1";
export const ACCOUNT = "000000000000";
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/any`;
export const functionArn = (name: string): string => `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`;
export const layerArn = (name: string): string => `arn:aws:lambda:${REGION}:${ACCOUNT}:layer:${name}`;

/** The product with an object store, keys that may do more and less, and clients of AWS. */
export class CompatProduct {
  readonly stack: Stack;
  readonly admin: KeyPair;
  /** Of another tenant. */
  readonly stranger: KeyPair;
  /** May invoke and nothing else. */
  readonly invoker: KeyPair;
  readonly s3: S3Server;
  readonly #folder: string;
  readonly #clients: LambdaClient[] = [];

  private constructor(
    stack: Stack,
    s3: S3Server,
    folder: string,
    keys: Record<"admin" | "stranger" | "invoker", KeyPair>,
  ) {
    this.stack = stack;
    this.s3 = s3;
    this.#folder = folder;
    this.admin = keys.admin;
    this.stranger = keys.stranger;
    this.invoker = keys.invoker;
  }

  static async start(): Promise<CompatProduct> {
    const folder = await mkdtemp(join(tmpdir(), "sluice-compat-"));
    const s3 = await startS3({ directory: folder });
    const stack = await Stack.start({
      env: {
        SLUICE_S3_ENDPOINT: s3.endpoint,
        SLUICE_S3_ACCESS_KEY_ID: DEV_CREDENTIALS.accessKeyId,
        SLUICE_S3_SECRET_ACCESS_KEY: DEV_CREDENTIALS.secretAccessKey,
      },
    });
    const client = await stack.client();
    const { id, secret } = await client.createKey({ name: "invoker", policy: "invoke" });
    const other = await client.createTenant("stranger");
    await createQueue(stack.endpoint, toPair(await stack.token()));
    return new CompatProduct(stack, s3, folder, {
      admin: toPair(await stack.token()),
      stranger: { accessKeyId: other.key.id, secretAccessKey: other.key.secret },
      invoker: { accessKeyId: id, secretAccessKey: secret },
    });
  }

  get endpoint(): string {
    return this.stack.endpoint;
  }

  get credentialsFile(): string {
    return join(this.stack.dataDir, "credentials");
  }

  lambda(credentials: KeyPair = this.admin, config: LambdaClientConfig = {}): LambdaClient {
    const client = new LambdaClient({
      endpoint: this.endpoint,
      region: REGION,
      maxAttempts: 1,
      credentials,
      ...config,
    });
    this.#clients.push(client);
    return client;
  }

  /** @returns where a client finds the archive */
  async upload(key: string, archive: Uint8Array): Promise<{ readonly S3Bucket: string; readonly S3Key: string }> {
    await this.s3.client.put(PHOTOS_BUCKET, key, new Uint8Array(archive), "application/zip");
    return { S3Bucket: PHOTOS_BUCKET, S3Key: key };
  }

  /** A file for programs that read files. */
  async file(name: string, content: Uint8Array): Promise<string> {
    const path = join(this.#folder, name);
    await writeFile(path, content);
    return path;
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    await this.stack.stop();
    await this.s3.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function toPair(token: string): KeyPair {
  const [accessKeyId = "", secretAccessKey = ""] = token.split(".");
  return { accessKeyId, secretAccessKey };
}

async function createQueue(endpoint: string, credentials: KeyPair): Promise<void> {
  const client = new SQSClient({ endpoint, region: REGION, credentials, maxAttempts: 1 });
  await client.send(new CreateQueueCommand({ QueueName: QUEUE_NAME }));
  client.destroy();
}
