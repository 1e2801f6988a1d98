import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateFunctionUrlConfigCommand,
  DeleteAliasCommand,
  DeleteFunctionEventInvokeConfigCommand,
  DeleteFunctionUrlConfigCommand,
  GetAliasCommand,
  GetFunctionEventInvokeConfigCommand,
  GetFunctionUrlConfigCommand,
  GetPolicyCommand,
  InvokeCommand,
  LambdaClient,
  PutFunctionEventInvokeConfigCommand,
  RemovePermissionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAliasCommand,
  UpdateFunctionUrlConfigCommand,
} from "@aws-sdk/client-lambda";
import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  DeleteScheduleCommand,
  GetScheduleCommand,
  SchedulerClient,
  UpdateScheduleCommand,
} from "@aws-sdk/client-scheduler";
import { zipOf } from "@sluice/bundle/testing";
import { Stack } from "../support/stack.ts";
import { readCode, resourceOf } from "./main-tf.ts";
import { createFunction, deleteFunction, readFunction, updateFunction } from "./provider-function.ts";

/**
 * What Terraform does with `infra/terraform/main.tf`, call by call: create, read, update, read, delete, in the provider's
 * order, with what the provider requires of each answer. The provider itself is not among what tests install.
 */

const ROLE = "arn:aws:iam::000000000000:role/sluice";
const ARN = "arn:aws:lambda:us-east-1:000000000000:function:greet";
const NAME = resourceOf("aws_lambda_function")("function_name");
const FUNCTION = { FunctionName: NAME };
const GONE = { name: "ResourceNotFoundException" };

let stack: Stack;
let lambda: LambdaClient;
let scheduler: SchedulerClient;
beforeAll(async () => {
  stack = await Stack.start();
  const [accessKeyId = "", secretAccessKey = ""] = (await stack.token()).split(".");
  const credentials = { accessKeyId, secretAccessKey };
  const options = { region: "us-east-1", endpoint: stack.endpoint, credentials, maxAttempts: 1 };
  lambda = new LambdaClient(options);
  scheduler = new SchedulerClient(options);
});
afterAll(async () => {
  lambda.destroy();
  scheduler.destroy();
  await stack.stop();
});

async function call(qualifier?: string): Promise<unknown> {
  const Payload = Buffer.from('{"name":"Ada"}');
  const answer = await lambda.send(new InvokeCommand({ ...FUNCTION, Qualifier: qualifier, Payload }));
  expect(answer.FunctionError).toBeUndefined();
  return JSON.parse(Buffer.from(answer.Payload ?? []).toString());
}

test("aws_lambda_function is created, with a version and tags", async () => {
  const of = resourceOf("aws_lambda_function");
  const state = await createFunction(lambda, {
    FunctionName: NAME,
    Description: of("description"),
    Code: { ZipFile: zipOf({ "greet.mjs": readCode() }) },
    Handler: of("handler"),
    Runtime: of("runtime") as "nodejs22.x",
    Role: ROLE,
    MemorySize: Number(of("memory_size")),
    Timeout: Number(of("timeout")),
    Publish: of("publish") === "true",
    Environment: { Variables: { GREETING: "Hello" } },
    Tags: { team: "a" },
  });
  expect(state).toMatchObject({
    function: {
      Configuration: { Handler: "greet.handler", Runtime: "nodejs22.x", Role: ROLE, Timeout: 3, MemorySize: 128 },
      Tags: { team: "a" },
    },
    latestVersion: "1",
    tags: { team: "a" },
  });
  expect(state.function.Concurrency).toBeUndefined();
});

test("aws_lambda_function is updated: configuration, code, concurrency, a version, tags", async () => {
  const code = zipOf({ "greet.mjs": readCode(), "more.txt": "more" });
  const before = await readFunction(lambda, NAME);
  const state = await updateFunction(lambda, NAME, {
    configuration: {
      Description: "",
      Timeout: 5,
      Environment: { Variables: { GREETING: "Servus" } },
      // What the provider writes for what was taken away.
      DeadLetterConfig: { TargetArn: "" },
      KMSKeyArn: "",
      Layers: [],
      VpcConfig: { SecurityGroupIds: [], SubnetIds: [] },
      FileSystemConfigs: [],
      TracingConfig: { Mode: "Active" },
      EphemeralStorage: { Size: 1024 },
    },
    code,
    reserved: 5,
    publish: true,
  });
  expect(state.function).toMatchObject({
    Configuration: { Timeout: 5, Description: "", TracingConfig: { Mode: "Active" }, EphemeralStorage: { Size: 1024 } },
    Concurrency: { ReservedConcurrentExecutions: 5 },
  });
  expect(state.latestVersion).toBe("2");
  expect(state.function.Configuration?.CodeSha256).not.toBe(before.function.Configuration?.CodeSha256);
  await lambda.send(new TagResourceCommand({ Resource: ARN, Tags: { team: "b", stage: "test" } }));
  await lambda.send(new UntagResourceCommand({ Resource: ARN, TagKeys: ["team"] }));
  const after = await updateFunction(lambda, NAME, { reserved: -1 });
  expect([after.tags, after.function.Concurrency]).toEqual([{ stage: "test" }, undefined]);
});

test("aws_lambda_alias", async () => {
  const alias = { ...FUNCTION, Name: resourceOf("aws_lambda_alias")("name") };
  const read = () => lambda.send(new GetAliasCommand(alias));
  await lambda.send(new CreateAliasCommand({ ...alias, FunctionVersion: "1", Description: "", RoutingConfig: {} }));
  const made = await read();
  expect([made.AliasArn, made.FunctionVersion, made.RoutingConfig]).toEqual([`${ARN}:live`, "1", undefined]);
  const shared = { AdditionalVersionWeights: { 2: 0.5 } };
  await lambda.send(new UpdateAliasCommand({ ...alias, FunctionVersion: "1", RoutingConfig: shared }));
  expect((await read()).RoutingConfig).toEqual(shared);
  await lambda.send(new UpdateAliasCommand({ ...alias, FunctionVersion: "2", RoutingConfig: {} }));
  const updated = await read();
  expect([updated.FunctionVersion, updated.RoutingConfig]).toEqual(["2", undefined]);
});

test("aws_lambda_function_url, open to everybody", async () => {
  const read = () => lambda.send(new GetFunctionUrlConfigCommand(FUNCTION));
  await lambda.send(new CreateFunctionUrlConfigCommand({ ...FUNCTION, AuthType: "NONE", InvokeMode: "BUFFERED" }));
  const open = () =>
    lambda.send(
      new AddPermissionCommand({
        ...FUNCTION,
        StatementId: "FunctionURLAllowPublicAccess",
        Action: "lambda:InvokeFunctionUrl",
        Principal: "*",
        FunctionUrlAuthType: "NONE",
      }),
    );
  await open();
  await expect(open()).rejects.toMatchObject({
    name: "ResourceConflictException",
    message: expect.stringMatching(/^The statement id \(FunctionURLAllowPublicAccess\) provided already exists/),
  });
  const made = await read();
  expect(made).toMatchObject({ AuthType: "NONE", FunctionArn: ARN, InvokeMode: "BUFFERED" });
  expect([made.Cors, typeof made.CreationTime, typeof made.LastModifiedTime]).toEqual([undefined, "string", "string"]);
  const cors = { AllowOrigins: ["https://example.com"], MaxAge: 60 };
  await lambda.send(
    new UpdateFunctionUrlConfigCommand({ ...FUNCTION, AuthType: "NONE", Cors: cors, InvokeMode: "RESPONSE_STREAM" }),
  );
  expect(await read()).toMatchObject({ Cors: cors, InvokeMode: "RESPONSE_STREAM", FunctionUrl: made.FunctionUrl });
  const answer = await fetch(`${made.FunctionUrl ?? ""}?name=Ada`);
  expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining("Servus")]);
});

test("aws_lambda_function_event_invoke_config", async () => {
  const of = resourceOf("aws_lambda_function_event_invoke_config");
  const read = () => lambda.send(new GetFunctionEventInvokeConfigCommand(FUNCTION));
  const put = (MaximumRetryAttempts: number) =>
    lambda.send(
      new PutFunctionEventInvokeConfigCommand({
        ...FUNCTION,
        MaximumRetryAttempts,
        MaximumEventAgeInSeconds: Number(of("maximum_event_age_in_seconds")),
        DestinationConfig: {},
      }),
    );
  await put(Number(of("maximum_retry_attempts")));
  const made = await read();
  expect(made).toMatchObject({ MaximumRetryAttempts: 1, MaximumEventAgeInSeconds: 3600 });
  expect(made.DestinationConfig?.OnFailure?.Destination ?? null).toBeNull();
  expect(made.DestinationConfig?.OnSuccess?.Destination ?? null).toBeNull();
  await put(0);
  expect((await read()).MaximumRetryAttempts).toBe(0);
  await lambda.send(new DeleteFunctionEventInvokeConfigCommand(FUNCTION));
  await expect(read()).rejects.toMatchObject(GONE);
});

test("aws_lambda_permission", async () => {
  const StatementId = "AllowBucket";
  const statements = async (): Promise<{ Sid: string }[]> => {
    const { Policy = "" } = await lambda.send(new GetPolicyCommand(FUNCTION));
    return (JSON.parse(Policy) as { Statement: { Sid: string }[] }).Statement;
  };
  await lambda.send(
    new AddPermissionCommand({
      ...FUNCTION,
      StatementId,
      Action: "lambda:InvokeFunction",
      Principal: "s3.amazonaws.com",
      SourceArn: "arn:aws:s3:::a-bucket",
      SourceAccount: "000000000000",
    }),
  );
  expect((await statements()).find(({ Sid }) => Sid === StatementId)).toEqual({
    Sid: StatementId,
    Effect: "Allow",
    Principal: { Service: "s3.amazonaws.com" },
    Action: "lambda:InvokeFunction",
    Resource: ARN,
    Condition: {
      StringEquals: { "AWS:SourceAccount": "000000000000" },
      ArnLike: { "AWS:SourceArn": "arn:aws:s3:::a-bucket" },
    },
  });
  await lambda.send(new RemovePermissionCommand({ ...FUNCTION, StatementId }));
  expect((await statements()).map(({ Sid }) => Sid)).toEqual(["FunctionURLAllowPublicAccess"]);
  // With the last statement the policy is gone, which is how the provider knows.
  const StatementIdOfUrl = "FunctionURLAllowPublicAccess";
  await lambda.send(new RemovePermissionCommand({ ...FUNCTION, StatementId: StatementIdOfUrl }));
  await expect(statements()).rejects.toMatchObject(GONE);
});

test("aws_scheduler_schedule, which a deployment of the same function leaves as it is", async () => {
  const of = resourceOf("aws_scheduler_schedule");
  const Name = of("name");
  const wish: CreateScheduleCommandInput = {
    Name,
    GroupName: "default",
    ClientToken: "terraform-20261124",
    ScheduleExpression: of("schedule_expression"),
    ScheduleExpressionTimezone: of("schedule_expression_timezone"),
    State: "ENABLED",
    FlexibleTimeWindow: { Mode: of("mode") as "OFF" },
    Target: { Arn: ARN, RoleArn: ROLE, Input: '{"name":"early bird"}', RetryPolicy: { MaximumRetryAttempts: 185 } },
  };
  const read = () => scheduler.send(new GetScheduleCommand({ Name, GroupName: "default" }));
  const { ScheduleArn } = await scheduler.send(new CreateScheduleCommand(wish));
  expect(await read()).toMatchObject({
    Arn: ScheduleArn,
    FlexibleTimeWindow: { Mode: "OFF" },
    ScheduleExpression: "cron(0 8 ? * MON-FRI *)",
    State: "ENABLED",
    Target: { Input: '{"name":"early bird"}', RetryPolicy: { MaximumEventAgeInSeconds: 86_400 } },
  });
  await scheduler.send(new UpdateScheduleCommand({ ...wish, State: "DISABLED", Description: "Not now" }));
  expect(await read()).toMatchObject({ Arn: ScheduleArn, State: "DISABLED", Description: "Not now" });

  await stack.deploy(NAME, "exports.handler = async () => 'deployed';", { triggers: [{ webhook: {} }] });
  expect(await call()).toBe("deployed");
  expect(await read()).toMatchObject({ State: "DISABLED" });
  expect((await lambda.send(new GetFunctionUrlConfigCommand(FUNCTION))).FunctionArn).toBe(ARN);

  await scheduler.send(new DeleteScheduleCommand({ Name, GroupName: "default", ClientToken: "terraform-20261125" }));
  await expect(read()).rejects.toMatchObject(GONE);
});

test("everything is destroyed, and its absence is found", async () => {
  await lambda.send(new DeleteFunctionUrlConfigCommand(FUNCTION));
  await expect(lambda.send(new GetFunctionUrlConfigCommand(FUNCTION))).rejects.toMatchObject(GONE);
  await lambda.send(new DeleteAliasCommand({ ...FUNCTION, Name: "live" }));
  await expect(lambda.send(new GetAliasCommand({ ...FUNCTION, Name: "live" }))).rejects.toMatchObject(GONE);
  await deleteFunction(lambda, NAME);
});
