import { deployFiles } from "../support/deploy-folder.ts";
import { Stack } from "../support/stack.ts";

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start();
});
afterAll(() => stack.stop());

const HANDLER = `import { greeting } from "./greeting";
interface Call { rawPath: string; queryStringParameters?: Record<string, string> }
export const handler = async (event: Call) => ({
  statusCode: 201,
  body: [greeting, process.env.WHO, event.rawPath, event.queryStringParameters?.q].join(" "),
});
`;
const SOURCES = { "src/app.ts": HANDLER, "src/greeting.ts": 'export const greeting: string = "Hello";\n' };

const TEMPLATE = `Transform: AWS::Serverless-2016-10-31
Parameters: { Who: { Type: String, Default: Ada } }
Globals: { Function: { Runtime: nodejs22.x, Timeout: 5, Environment: { Variables: { WHO: !Ref Who } } } }
Resources:
  HelloFunction:
    Type: AWS::Serverless::Function
    Metadata: { BuildMethod: esbuild, BuildProperties: { EntryPoints: [app.ts] } }
    Properties:
      CodeUri: src/
      Handler: app.handler
      Events: { Hello: { Type: HttpApi, Properties: { Path: /hello, Method: get } } }
  Table: { Type: AWS::DynamoDB::Table }
`;

const SERVICE = `service: greetings
provider: { name: aws, runtime: nodejs22.x, environment: { WHO: "\${self:custom.who}" } }
custom: { who: "\${opt:who, 'Grace'}" }
functions:
  hello:
    handler: src/app.handler
    events: [{ httpApi: GET /hello }]
`;

test("a function of a SAM template answers at its URL as it is deployed", async () => {
  await deployFiles(stack, { "template.yaml": TEMPLATE, ...SOURCES });
  const response = await fetch(`${stack.endpoint}/fn/HelloFunction/hello?q=1`);
  expect([response.status, await response.text()]).toEqual([201, "Hello Ada /hello 1"]);
});

test("a function of a serverless.yml answers at its URL as it is deployed", async () => {
  await deployFiles(stack, { "serverless.yml": SERVICE, ...SOURCES });
  const response = await fetch(`${stack.endpoint}/fn/greetings-dev-hello/hello?q=2`);
  expect([response.status, await response.text()]).toEqual([201, "Hello Grace /hello 2"]);
});
