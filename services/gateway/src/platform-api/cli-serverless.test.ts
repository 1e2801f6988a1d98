import { type Project, startProject } from "./testing/project.ts";

let project: Project;
beforeEach(async () => {
  project = await startProject();
});
afterEach(() => project.stop());

const SERVICE = `service: shop
frameworkVersion: "3"
plugins: [serverless-esbuild, serverless-offline]
custom:
  stage: \${opt:stage, self:provider.stage, 'none'}
  names: { dev: photos-dev, prod: photos-prod }
  shared: { REGION: "\${aws:region}", SIZE: 320 }
  nightly: cron(0 2 * * ? *)
params:
  default: { domain: "\${sls:stage}.example.org" }
  prod: { domain: example.org }
provider:
  name: aws
  runtime: nodejs20.x
  stage: \${opt:stage, 'dev'}
  region: eu-central-1
  timeout: 12
  iam: { role: { statements: [] } }
  environment:
    STAGE: \${sls:stage}
    DOMAIN: \${param:domain}
functions:
  orders:
    handler: src/orders.create
    memorySize: 256
    description: Takes orders
    reservedConcurrency: 3
    maximumRetryAttempts: 0
    maximumEventAge: 120
    layers: [arn:aws:lambda:eu-central-1:1:layer:x:1]
    environment:
      TOKEN: \${env:SHOP_TOKEN}
      LEVEL: \${env:SHOP_LEVEL, 'info'}
      NAME: shop-\${self:custom.stage}-\${self:custom.shared.SIZE}
      BUCKET: \${self:custom.names.\${sls:stage}}
      TABLE: !Ref OrdersTable
      ARN: { Fn::GetAtt: [NightlyLambdaFunction, Arn] }
      ABSENT: null
    events:
      - httpApi: POST /orders
      - http: { path: /orders, method: get }
      - s3:
          bucket: \${self:custom.names.\${sls:stage}}
          event: s3:ObjectCreated:Put
          rules: [{ prefix: in/ }, { suffix: .csv }]
          existing: true
      - s3: plain
      - sqs: arn:aws:sqs:eu-central-1:1:queue
  nightly:
    name: \${self:service}-by-night
    handler: src/nightly.handler
    environment: \${self:custom.shared}
    url: { cors: true, invokeMode: RESPONSE_STREAM }
    events:
      - schedule: \${self:custom.nightly}
      - schedule: { rate: [rate(1 hour), cron(0 12 ? * MON *)], input: { a: 1 }, timezone: Europe/Zurich, method: scheduler }
      - schedule: { rate: rate(5 minutes), enabled: false }
  guarded:
    handler: src/nightly.handler
    url: { authorizer: aws_iam, cors: { allowedOrigins: ["https://a.example"], allowCredentials: true }, invokeMode: BUFFERED }
    events: [{ httpApi: { path: /x, method: GET, authorizer: users } }]
resources:
  Resources:
    OrdersTable: { Type: AWS::DynamoDB::Table }
`;

const CODE = {
  "src/orders.ts": "export const create = async (event: unknown): Promise<unknown> => event;\n",
  "src/nightly.js": "module.exports.handler = async () => 1;\n",
};

test("a serverless.yml's functions are deployed under the framework's names, with variables, events and environment", async () => {
  project.write({ "serverless.yml": SERVICE, ...CODE });
  const { exitCode, stderr } = await project.sluice(["deploy"], { SHOP_TOKEN: "t0ken" });
  expect([exitCode, stderr]).toEqual([0, expect.stringContaining("3 functions bundled")]);
  const orders = await project.deployed("shop-dev-orders");
  expect(orders.config).toMatchObject({
    handler: "create",
    description: "Takes orders",
    memoryMb: 256,
    timeoutMs: 12_000,
    reservedConcurrency: 3,
    retry: { delaysMs: [], maxEventAgeMs: 120_000 },
    environment: {
      STAGE: "dev",
      DOMAIN: "dev.example.org",
      TOKEN: "t0ken",
      LEVEL: "info",
      NAME: "shop-dev-320",
      BUCKET: "photos-dev",
      ARN: "arn:aws:lambda:eu-central-1:000000000000:function:shop-by-night",
    },
  });
  expect(Object.keys(orders.config?.environment ?? {})).toHaveLength(7);
  expect(orders.triggers).toMatchObject([
    { type: "http", name: "shop-dev-orders" },
    {
      type: "object-storage",
      name: "shop-dev-orders-s3",
      bucket: "photos-dev",
      prefix: "in/",
      suffix: ".csv",
      events: ["ObjectCreated:Put"],
    },
    { type: "object-storage", name: "shop-dev-orders-s3-2", bucket: "plain", events: ["ObjectCreated:*"] },
  ]);
  const nightly = await project.deployed("shop-by-night");
  expect(nightly.config).toMatchObject({ memoryMb: 1024, environment: { REGION: "eu-central-1", SIZE: "320" } });
  expect(nightly.triggers).toMatchObject([
    { type: "http", name: "shop-by-night", url: { cors: { allowOrigins: ["*"] }, invokeMode: "stream" } },
    { type: "cron", name: "shop-by-night-schedule", schedule: "0 2 * * *", timezone: "UTC", input: null },
    { type: "cron", name: "shop-by-night-schedule-2-rate-1", schedule: "rate(1 hour)", input: '{"a":1}' },
    { type: "cron", schedule: "0 12 * * MON", timezone: "Europe/Zurich", input: '{"a":1}' },
  ]);
  expect((await project.deployed("shop-dev-guarded")).triggers).toMatchObject([
    {
      type: "http",
      auth: { type: "iam" },
      url: { cors: { allowOrigins: ["https://a.example"], allowCredentials: true }, invokeMode: "buffered" },
    },
  ]);
});

test("the stage of the command line decides names, parameters and what refers to it", async () => {
  project.write({ "serverless.yml": SERVICE, ...CODE });
  const given = ["--stage", "prod", "--param", "OrdersTable=orders"];
  expect((await project.sluice(["deploy", ...given], { SHOP_TOKEN: "t" })).exitCode).toBe(0);
  expect((await project.deployed("shop-prod-orders")).config?.environment).toMatchObject({
    STAGE: "prod",
    DOMAIN: "example.org",
    BUCKET: "photos-prod",
    TABLE: "orders",
  });
});

test("what a serverless.yml says and Sluice leaves out is listed with its line and the reason", async () => {
  project.write({ "serverless.yml": SERVICE, ...CODE });
  const { stdout } = await project.sluice(["deploy", "--json"], { SHOP_TOKEN: "t" });
  const [read] = JSON.parse(stdout).read as {
    form: string;
    skipped: { line: number; path: string; reason: string }[];
  }[];
  expect(read?.form).toBe("serverless");
  expect(read?.skipped.map(({ line, path, reason }) => `${line} ${path}: ${reason}`)).toEqual([
    "3 plugins: serverless-esbuild, serverless-offline: are not run",
    "18 provider.iam: has no counterpart in Sluice",
    "30 functions.orders.layers: has no counterpart in Sluice",
    "36 functions.orders.environment.TABLE: is left out: refers to AWS::DynamoDB::Table 'OrdersTable', which Sluice does not make; give it with --param OrdersTable=…",
    "40 functions.orders.events[0].httpApi: 'POST /orders' is not matched: /fn/shop-dev-orders and all below it come to the function",
    "41 functions.orders.events[1].http: 'get /orders' is not matched: /fn/shop-dev-orders and all below it come to the function, in payload 2.0 and not 1.0",
    "48 functions.orders.events[4]: Sluice has no source of sqs events",
    "57 functions.nightly.events[2].schedule: is switched off",
    "61 functions.guarded.events[0].httpApi: the route is not made: its callers are checked by AWS, and here it would be open to all; a sluice.yaml can give it 'auth: { bearer: … }'",
    "62 resources: are not made by Sluice",
  ]);
});

test("functions, events and values may stand in other files", async () => {
  project.write({
    "serverless.yml": `service: shop
provider: { name: aws, stage: prod, environment: "\${file(./config.yml):shared}" }
custom: { when: { rate: rate(1 hour), input: { a: 1 } } }
functions:
  - \${file(functions/orders.yml)}
  - nightly: "\${file(functions/nightly.json):nightly}"
`,
    "config.yml": "shared: { SIZE: 3, KIND: '${file(./config.yml):kinds.${sls:stage}}' }\nkinds: { prod: large }\n",
    "functions/orders.yml":
      "orders:\n  handler: src/orders.create\n  events:\n    - httpApi: '*'\n    - schedule: ${self:custom.when}\n",
    "functions/nightly.json":
      '{"nightly":{"handler":"src/nightly.handler","environment":{"NONE":"${file(./no.yml), \'none\'}"}}}',
    ...CODE,
  });
  const { exitCode, stderr } = await project.sluice(["deploy"]);
  expect([exitCode, stderr]).toEqual([0, expect.stringContaining("2 functions bundled")]);
  const orders = await project.deployed("shop-prod-orders");
  expect(orders.config?.environment).toEqual({ SIZE: "3", KIND: "large" });
  expect(orders.triggers).toMatchObject([
    { type: "http" },
    { type: "cron", schedule: "rate(1 hour)", input: '{"a":1}' },
  ]);
  expect((await project.deployed("shop-prod-nightly")).config?.environment).toMatchObject({ NONE: "none" });
});

test("faults are shown at their lines, all at once, with what to write", async () => {
  const service = `service: shop
provider: { name: aws, runtime: nodejs20.x, timeout: 1000 }
custom: { loop: "\${self:custom.loop}", file: "\${file(./x.js):a}", ssm: "\${ssm:/a/b}" }
functions:
  a:
    handler: missing.handler
    environment:
      ENV: \${env:NOT_SET}
      LOOP: \${self:custom.loop}
      FILE: \${self:custom.file}
      SSM: "x-\${self:custom.ssm}"
      WRONG: \${self:custom.nothing}
      PARAM: \${param:p}
      MAP: \${self:provider}
    events:
      - schedule: rate(5 minute)
      - http: GET /
        s3: x
`;
  project.write({ "serverless.yml": service });
  const { exitCode, stdout } = await project.sluice(["deploy", "--json"]);
  expect(exitCode).toBe(1);
  const faults = JSON.parse(stdout).faults as { line: number; path: string; message: string }[];
  expect(
    faults.map(
      ({ line, path, message }) =>
        `${line} ${path} ${message.replace(/ \/\S*missing.*/, " …").replace(project.cwd, "…")}`,
    ),
  ).toEqual([
    "2 provider.timeout must be a whole number of seconds from 1 to 900",
    "6 functions.a.handler there is no file …",
    "8 functions.a.environment.ENV '${env:NOT_SET}' has no value: set the environment variable 'NOT_SET', or write ${env:NOT_SET, 'default'}",
    "9 functions.a.environment.LOOP is nested too deeply, or refers to itself",
    "10 functions.a.environment.FILE '${file(./x.js):a}' has no value: …/x.js is not YAML or JSON; write the value, or its default, here",
    "11 functions.a.environment.SSM '${ssm:/a/b}' has no value: 'ssm:/a/b' is known to AWS or a plugin alone; add a default as in ${…, 'value'}, or use ${env:NAME}",
    "12 functions.a.environment.WRONG '${self:custom.nothing}' has no value: the file has no 'custom.nothing'",
    "13 functions.a.environment.PARAM '${param:p}' has no value: give it with --param p=…, or a default in 'params'",
    "14 functions.a.environment.MAP must be text, a number, true or false",
    "16 functions.a.events[0].schedule 'rate(5 minute)' must say '5 minutes'",
    "17 functions.a.events[1] must have exactly one key, the kind of event; indent what belongs to it",
  ]);
});

test.each([
  ["another provider", "service: x\nprovider: { name: google }\n", "must be 'aws'"],
  ["no service", "provider: aws\nfunctions: { a: { handler: a.b } }\n", "the names of functions begin with it"],
  ["functions that are text", "service: x\nprovider: aws\nfunctions: all\n", "must be a mapping"],
  ["no function", "service: x\nprovider: aws\n", "has no function that Sluice can run"],
  ["values that double without end", doubling(), "is too long"],
])("%s is one clear fault", async (_what, yaml, message) => {
  project.write({ "serverless.yml": yaml, "a.js": "exports.b = 1;\n" });
  const { exitCode, stderr } = await project.sluice(["deploy"]);
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining(message)]);
});

function doubling(): string {
  const names = Array.from({ length: 14 }, (_, i) => `  l${i + 1}: "\${self:custom.l${i}}\${self:custom.l${i}}"`);
  return `service: x
provider: aws
custom:
  l0: xxxxxxxxxxxxxxxxxxxx
${names.join("\n")}
functions:
  a: { handler: a.b, environment: { BIG: "\${self:custom.l14}" } }
`;
}
