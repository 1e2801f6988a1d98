import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  DeleteFunctionCommand,
  DeleteFunctionConcurrencyCommand,
  GetFunctionCodeSigningConfigCommand,
  GetFunctionCommand,
  type GetFunctionCommandOutput,
  GetFunctionConfigurationCommand,
  type LambdaClient,
  ListTagsCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  type UpdateFunctionConfigurationCommandInput,
} from "@aws-sdk/client-lambda";

/**
 * The calls that Terraform's provider for AWS makes for an `aws_lambda_function`, in its order, with what it requires of
 * the answers.
 */

/** It asks again and again, and gives up. */
const TRIES = 20;

export interface FunctionState {
  readonly function: GetFunctionCommandOutput;
  readonly latestVersion: string;
  readonly tags: Readonly<Record<string, string>>;
}

export async function createFunction(lambda: LambdaClient, input: CreateFunctionCommandInput): Promise<FunctionState> {
  const name = input.FunctionName ?? "";
  await lambda.send(new CreateFunctionCommand({ PackageType: "Zip", ...input }));
  await waitUntil(lambda, name, ({ Configuration }) => Configuration?.State === "Active");
  return await readFunction(lambda, name);
}

export async function readFunction(lambda: LambdaClient, name: string): Promise<FunctionState> {
  const found = await lambda.send(new GetFunctionCommand({ FunctionName: name }));
  expect(found).toMatchObject({
    Code: { RepositoryType: "S3", Location: expect.stringMatching(/^https?:/) },
    Configuration: {
      FunctionArn: expect.stringMatching(/^arn:aws:lambda:/),
      PackageType: "Zip",
      TracingConfig: { Mode: expect.any(String) },
      EphemeralStorage: { Size: expect.any(Number) },
      LastModified: expect.any(String),
      CodeSha256: expect.any(String),
    },
  });
  const versions: string[] = [];
  let marker: string | undefined;
  do {
    const page = await lambda.send(
      new ListVersionsByFunctionCommand({ FunctionName: name, MaxItems: 10_000, Marker: marker }),
    );
    versions.push(...(page.Versions ?? []).map(({ Version }) => Version ?? ""));
    marker = page.NextMarker;
  } while (marker !== undefined);
  expect(versions).not.toEqual([]);
  // Any error of it ends the provider's run.
  await lambda.send(new GetFunctionCodeSigningConfigCommand({ FunctionName: name }));
  const { Tags = {} } = await lambda.send(new ListTagsCommand({ Resource: found.Configuration?.FunctionArn }));
  return { function: found, latestVersion: versions.at(-1) ?? "", tags: Tags };
}

export interface FunctionUpdate {
  readonly configuration?: Omit<UpdateFunctionConfigurationCommandInput, "FunctionName">;
  readonly code?: Uint8Array;
  /** -1: none. */
  readonly reserved?: number;
  readonly publish?: boolean;
}

export async function updateFunction(
  lambda: LambdaClient,
  name: string,
  update: FunctionUpdate,
): Promise<FunctionState> {
  const updated = ({ Configuration }: GetFunctionCommandOutput): boolean =>
    Configuration?.LastUpdateStatus === "Successful";
  if (update.configuration !== undefined) {
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: name, ...update.configuration }));
    await waitUntil(lambda, name, updated);
  }
  if (update.code !== undefined) {
    await lambda.send(new UpdateFunctionCodeCommand({ FunctionName: name, ZipFile: update.code }));
    await waitUntil(lambda, name, updated);
  }
  if (update.reserved === -1) await lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName: name }));
  else if (update.reserved !== undefined) {
    const wish = { FunctionName: name, ReservedConcurrentExecutions: update.reserved };
    await lambda.send(new PutFunctionConcurrencyCommand(wish));
  }
  if (update.publish === true) {
    const { FunctionArn, Version } = await lambda.send(new PublishVersionCommand({ FunctionName: name }));
    const published = { FunctionName: FunctionArn ?? "", Qualifier: Version ?? "" };
    const there = await lambda.send(new GetFunctionConfigurationCommand(published));
    expect([there.LastUpdateStatus, there.Version]).toEqual(["Successful", Version]);
  }
  return await readFunction(lambda, name);
}

export async function deleteFunction(lambda: LambdaClient, name: string): Promise<void> {
  await lambda.send(new DeleteFunctionCommand({ FunctionName: name }));
  const gone = lambda.send(new GetFunctionCommand({ FunctionName: name }));
  await expect(gone).rejects.toMatchObject({ name: "ResourceNotFoundException" });
}

async function waitUntil(
  lambda: LambdaClient,
  name: string,
  reached: (found: GetFunctionCommandOutput) => boolean,
): Promise<void> {
  for (let tried = 0; tried < TRIES; tried++) {
    if (reached(await lambda.send(new GetFunctionCommand({ FunctionName: name })))) return;
  }
  throw new Error(`'${name}' did not become what the provider waits for`);
}
