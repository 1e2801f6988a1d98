import { type Project, startProject } from "./testing/project.ts";

let project: Project;
beforeEach(async () => {
  project = await startProject();
});
afterEach(() => project.stop());

const TEMPLATE = `AWSTemplateFormatVersion: 2010-09-09
Transform: AWS::Serverless-2016-10-31
Description: Photos
Parameters:
  Stage: { Type: String, Default: dev }
  Memory: { Type: Number, Default: 512 }
Conditions:
  IsProduction: !Equals [!Ref Stage, prod]
Globals:
  Function:
    Runtime: nodejs22.x
    Timeout: 10
    Tracing: Active
    Environment:
      Variables: { STAGE: !Ref Stage, LEVEL: info }
  Api:
    Cors: "'*'"
Resources:
  ThumbnailFunction:
    Type: AWS::Serverless::Function
    Metadata:
      BuildMethod: esbuild
      BuildProperties: { EntryPoints: [src/thumbnail.ts], Minify: true }
    Properties:
      FunctionName: !Sub "thumbs-\${Stage}"
      Description: Makes thumbnails
      CodeUri: thumbs/
      Handler: thumbnail.lambdaHandler
      MemorySize: !Ref Memory
      ReservedConcurrentExecutions: 5
      Policies: [S3ReadPolicy: { BucketName: !Ref Photos }]
      Environment:
        Variables:
          LEVEL: !If [IsProduction, warn, debug]
          BUCKET: !Ref Photos
          TABLE: !Ref Orders
          WHERE: !Sub "\${AWS::Region}/\${AWS::AccountId}/\${!literal}"
          OTHER: !GetAtt ReportFunction.Arn
          NOTHING: !Ref AWS::NoValue
      EventInvokeConfig:
        MaximumRetryAttempts: 1
        MaximumEventAgeInSeconds: 3600
        DestinationConfig: { OnFailure: { Type: SQS, Destination: !GetAtt Failed.Arn } }
      Events:
        Uploaded:
          Type: S3
          Properties:
            Bucket: !Ref Photos
            Events: [s3:ObjectCreated:Put, "s3:ObjectRemoved:*"]
            Filter: { S3Key: { Rules: [{ Name: prefix, Value: in/ }, { Name: suffix, Value: .jpg }] } }
        List: { Type: Api, Properties: { Path: /thumbs, Method: get } }
        Get: { Type: HttpApi, Properties: { Path: "/thumbs/{id}", Method: get } }
        Queue: { Type: SQS, Properties: { Queue: !GetAtt Work.Arn } }
  ReportFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: report
      Handler: app.handler
      FunctionUrlConfig: { AuthType: AWS_IAM, InvokeMode: BUFFERED, Cors: { AllowOrigins: [!Sub "https://\${Stage}.example.org"], AllowMethods: [get], MaxAge: 60, Else: 1 } }
      Events:
        Nightly:
          Type: Schedule
          Properties: { Schedule: "cron(30 2 ? * 2-6 *)", Input: '{"kind":"nightly"}' }
        Hourly:
          Type: ScheduleV2
          Properties: { ScheduleExpression: rate(1 hour), ScheduleExpressionTimezone: Europe/Zurich, RoleArn: !GetAtt Role.Arn }
        Off: { Type: Schedule, Properties: { Schedule: rate(1 day), Enabled: false } }
        Once: { Type: ScheduleV2, Properties: { ScheduleExpression: "at(2027-01-01T00:00:00)" } }
  PythonFunction:
    Type: AWS::Serverless::Function
    Properties: { CodeUri: py, Handler: app.main, Runtime: python3.12 }
  ProdFunction:
    Type: AWS::Serverless::Function
    Condition: IsProduction
    Properties: { CodeUri: report, Handler: app.handler }
  Photos: { Type: AWS::S3::Bucket, Properties: { BucketName: !Sub "photos-\${Stage}" } }
  Orders: { Type: AWS::DynamoDB::Table }
  Work: { Type: AWS::SQS::Queue }
  Failed: { Type: AWS::SQS::Queue }
Outputs:
  Arn: { Value: !GetAtt ThumbnailFunction.Arn }
`;

const CODE = {
  "thumbs/src/thumbnail.ts": "export const lambdaHandler = async (event: unknown): Promise<unknown> => event;\n",
  "report/app.mjs": "export const handler = async () => 'report';\n",
};

test("a SAM template's functions are deployed with their globals, parameters, events and environment", async () => {
  project.write({ "template.yaml": TEMPLATE, ...CODE });
  const { exitCode, stderr } = await project.sluice(["deploy"]);
  expect([exitCode, stderr]).toEqual([0, expect.stringContaining("2 functions bundled")]);
  expect(await project.deployed("thumbs-dev")).toMatchObject({
    config: {
      handler: "lambdaHandler",
      description: "Makes thumbnails",
      memoryMb: 512,
      timeoutMs: 10_000,
      reservedConcurrency: 5,
      retry: { delaysMs: [60_000], maxEventAgeMs: 3_600_000 },
    },
    triggers: expect.arrayContaining([
      expect.objectContaining({ type: "http", name: "thumbs-dev" }),
      {
        type: "object-storage",
        name: "thumbs-dev-Uploaded",
        auth: { type: "none" },
        bucket: "photos-dev",
        prefix: "in/",
        suffix: ".jpg",
        events: ["ObjectCreated:Put", "ObjectRemoved:*"],
      },
    ]),
  });
  expect((await project.deployed("thumbs-dev")).config?.environment).toEqual({
    STAGE: "dev",
    LEVEL: "debug",
    BUCKET: "photos-dev",
    WHERE: "us-east-1/000000000000/${literal}",
    OTHER: "arn:aws:lambda:us-east-1:000000000000:function:ReportFunction",
  });
  expect((await project.deployed("ReportFunction")).triggers).toMatchObject([
    {
      type: "http",
      auth: { type: "iam" },
      url: {
        cors: { allowOrigins: ["https://dev.example.org"], allowMethods: ["GET"], maxAgeSeconds: 60 },
        invokeMode: "buffered",
      },
    },
    { type: "cron", name: "ReportFunction-Nightly", schedule: "30 2 * * 1-5", input: '{"kind":"nightly"}' },
    { type: "cron", name: "ReportFunction-Hourly", schedule: "rate(1 hour)", timezone: "Europe/Zurich", input: null },
  ]);
  expect((await project.deployed("ProdFunction")).config).toBeUndefined();
});

test("what a template says and Sluice leaves out is listed with its line and the reason", async () => {
  project.write({ "template.yaml": TEMPLATE, ...CODE });
  const { stdout } = await project.sluice(["deploy", "--dry-run"]);
  const from = stdout.indexOf("template.yaml");
  const list = stdout
    .slice(from)
    .split("\n")
    .map((line) => line.trim().replace(/ {2,}/g, " | "));
  expect(list.slice(0, -2)).toEqual([
    "template.yaml | AWS SAM, 2 functions read, 18 parts skipped",
    "13 | Globals.Function.Tracing | has no counterpart in Sluice",
    "16 | Globals.Api | sets up what Sluice does not make",
    "31 | Resources.ThumbnailFunction.Properties.Policies | has no counterpart: a function has no role; give it credentials in its environment",
    "36 | Resources.ThumbnailFunction.Properties.Environment.Variables.TABLE | is left out: refers to AWS::DynamoDB::Table 'Orders', which Sluice does not make; give it with --param Orders=…",
    "43 | Resources.ThumbnailFunction.Properties.EventInvokeConfig.DestinationConfig | has no counterpart in Sluice",
    "51 | Resources.ThumbnailFunction.Properties.Events.List | 'get /thumbs' is not matched: /fn/thumbs-dev and all below it come to the function, in payload 2.0 and not 1.0",
    "52 | Resources.ThumbnailFunction.Properties.Events.Get | 'get /thumbs/{id}' is not matched: /fn/thumbs-dev and all below it come to the function",
    "53 | Resources.ThumbnailFunction.Properties.Events.Queue | Sluice has no source of SQS events",
    "59 | Resources.ReportFunction.Properties.FunctionUrlConfig.Cors.Else | has no counterpart in Sluice",
    "66 | Resources.ReportFunction.Properties.Events.Hourly.Properties.RoleArn | has no counterpart in Sluice",
    "67 | Resources.ReportFunction.Properties.Events.Off | is switched off",
    "68 | Resources.ReportFunction.Properties.Events.Once.Properties.ScheduleExpression | 'at(2027-01-01T00:00:00)' fires once; schedules here repeat",
    "69 | Resources.PythonFunction | is not deployed: Sluice has no runtime 'python3.12'",
    "72 | Resources.ProdFunction | the condition 'IsProduction' does not hold",
    "76 | Resources.Photos | AWS::S3::Bucket is not made by Sluice",
    "77 | Resources.Orders | AWS::DynamoDB::Table is not made by Sluice",
    "78 | Resources.Work | AWS::SQS::Queue (2: Work, Failed) is not made by Sluice",
    "80 | Outputs | belong to a stack",
  ]);
  const json = JSON.parse((await project.sluice(["deploy", "template.yaml", "--json"])).stdout);
  expect(json.read).toMatchObject([{ file: "template.yaml", form: "sam", functions: 2 }]);
  expect(json.read[0].skipped).toHaveLength(18);
  expect(json.read[0].skipped[0]).toEqual({
    line: 13,
    path: "Globals.Function.Tracing",
    reason: "has no counterpart in Sluice",
  });
});

test("parameters and resources get their values from the command line", async () => {
  project.write({ "template.yaml": TEMPLATE, ...CODE });
  const params = ["Stage=prod", "Orders=orders-table", "Photos=my-photos"].flatMap((param) => ["--param", param]);
  expect((await project.sluice(["deploy", ...params])).exitCode).toBe(0);
  const { config, triggers } = await project.deployed("thumbs-prod");
  expect(config?.environment).toMatchObject({ LEVEL: "warn", TABLE: "orders-table", BUCKET: "my-photos" });
  expect(triggers).toContainEqual(expect.objectContaining({ type: "object-storage", bucket: "my-photos" }));
  expect((await project.deployed("ProdFunction")).config?.timeoutMs).toBe(10_000);
  expect((await project.sluice(["deploy", "--param", "Stage"])).exitCode).toBe(2);
});

test("an address that AWS would guard is not opened", async () => {
  const template = `Transform: [AWS::Serverless-2016-10-31]
Globals: { Api: { Auth: { DefaultAuthorizer: Users } } }
Resources:
  Guarded:
    Type: AWS::Serverless::Function
    Properties: { Handler: app.handler, Events: { Get: { Type: Api, Properties: { Path: /, Method: get } } } }
  Open:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Events: { Get: { Type: Api, Properties: { Path: /, Method: get, Auth: { Authorizer: NONE } } } }
`;
  project.write({ "template.yaml": template, "app.js": "exports.handler = async () => 1;\n" });
  const { exitCode, stdout } = await project.sluice(["deploy"]);
  expect(exitCode).toBe(0);
  expect((await project.deployed("Guarded")).triggers).toEqual([]);
  expect((await project.deployed("Open")).triggers).toMatchObject([{ type: "http", name: "Open" }]);
  expect(stdout).toContain("here it would be open to all");
});

test("a template in JSON is read, and programs for provided runtimes are WASI modules", async () => {
  const template = {
    Transform: "AWS::Serverless-2016-10-31",
    Resources: {
      Program: {
        Type: "AWS::Serverless::Function",
        Properties: { CodeUri: "bin", Handler: "bootstrap", Runtime: "provided.al2023", Timeout: 1 },
      },
    },
  };
  project.write({ "template.json": JSON.stringify(template, null, 2) });
  expect((await project.sluice(["deploy"])).stderr).toContain("there is no file");
  project.write({ "bin/bootstrap.wasm": Buffer.from("0061736d01000000", "hex") });
  expect((await project.sluice(["deploy"])).exitCode).toBe(0);
  expect((await project.deployed("Program")).config).toMatchObject({ runtime: "wasi", timeoutMs: 1_000 });
});

test("sluice.yaml comes before a template, and a template before a serverless.yml", async () => {
  project.write({
    "sluice.yaml": "functions:\n  mine: { entry: report/app.mjs }\n",
    "template.yaml": TEMPLATE,
    ...CODE,
  });
  expect(JSON.parse((await project.sluice(["deploy", "--json"])).stdout).read).toMatchObject([
    { form: "sluice", skipped: [] },
  ]);
  project.remove("sluice.yaml");
  project.write({ "serverless.yml": "service: x\nprovider: aws\n" });
  expect(JSON.parse((await project.sluice(["deploy", "--json"])).stdout).read).toMatchObject([{ form: "sam" }]);
  project.write({ "template.yaml": "Resources: {}\n" });
  expect((await project.sluice(["deploy"])).stderr).toContain("serverless.yml");
});
