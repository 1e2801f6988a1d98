import { type Project, startProject } from "./testing/project.ts";

let project: Project;
beforeEach(async () => {
  project = await startProject();
});
afterEach(() => project.stop());

test("faults of a template are shown at their lines, all at once, with what to write", async () => {
  const template = `Transform: AWS::Serverless-2016-10-31
Parameters:
  Token: { Type: String }
Resources:
  A:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      MemorySize: 5
      Environment:
        Variables:
          TOKEN: !Ref Token
          TYPO: !Ref Tokn
          9x: 1
      Events:
        Tick: { Type: Schedule, Properties: { Schedule: rate(1 hours) } }
        Tock: { Type: Schedule, Properties: { Schedule: "cron(0 12 * * *)" } }
  B:
    Type: AWS::Serverless::Function
    Properties: { Handler: src/missing.handler, Timeout: soon }
`;
  project.write({ "template.yml": template, "app.js": "exports.handler = async () => 1;\n" });
  const { exitCode, stdout } = await project.sluice(["deploy", "--json"]);
  expect(exitCode).toBe(1);
  const faults = (JSON.parse(stdout).faults as { line: number; path: string; message: string }[]).map(
    ({ line, path, message }) => `${line} ${path.replace(/^Resources\./, "")} ${message.replace(project.cwd, "")}`,
  );
  expect(faults.map((fault) => fault.replace(/(any of the extensions).*/, "$1"))).toEqual([
    "9 A.Properties.MemorySize must be a whole number from 16 to 10240",
    "12 A.Properties.Environment.Variables.TOKEN needs the parameter 'Token', which has no Default; give it with --param Token=…",
    "13 A.Properties.Environment.Variables.TYPO refers to 'Tokn', which is neither a parameter nor a resource; did you mean 'Token'?",
    "14 A.Properties.Environment.Variables.9x is not a legal name; it must be letters, digits and '_', no digit first",
    "16 A.Properties.Events.Tick.Properties.Schedule 'rate(1 hours)' must say '1 hour'",
    "17 A.Properties.Events.Tock.Properties.Schedule 'cron(0 12 * * *)' has 5 fields; write six fields, cron(minute hour day-of-month month day-of-week year)",
    "20 B.Properties.Handler there is no file /src/missing with any of the extensions",
    "20 B.Properties.Timeout must be a whole number",
  ]);
});

test.each([
  ["a tag that CloudFormation does not have", "X: !Exec rm", "Unresolved tag: !Exec"],
  ["no function", "Resources: { B: { Type: AWS::S3::Bucket } }", "has no function that Sluice can run"],
  ["a name that means something else", protoFunction(), "cannot be the name of a function; choose another"],
  ["resources that are a list", "Resources: [1]", "must be a mapping"],
  ["aliases that multiply", `a: &a [x]\n${bomb()}`, "cannot be read"],
  ["conditions that refer to themselves", conditionBomb(), "is nested too deeply, or refers to itself"],
  ["more than a megabyte", `Description: ${"x".repeat(1_000_001)}`, "at most 1000000 are read"],
])("%s in a template is one clear fault", async (_what, yaml, message) => {
  project.write({
    "template.yaml": `Transform: AWS::Serverless-2016-10-31\n${yaml}\n`,
    "app.js": "exports.handler = 1;\n",
  });
  const { exitCode, stderr } = await project.sluice(["deploy"]);
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining(message)]);
});

function bomb(): string {
  return Array.from(
    { length: 12 },
    (_, i) =>
      `l${i}: &l${i} [${Array(10)
        .fill(i === 0 ? "*a" : `*l${i - 1}`)
        .join()}]`,
  ).join("\n");
}

function protoFunction(): string {
  return "Resources: { __proto__: { Type: AWS::Serverless::Function, Properties: { Handler: app.handler } } }";
}

function conditionBomb(): string {
  const names = Array.from({ length: 40 }, (_, i) => `  C${i}: !And [!Condition C${i + 1}, !Condition C${i + 1}]`);
  return `Conditions:
${names.join("\n")}
  C40: !Equals [a, a]
Resources:
  A:
    Type: AWS::Serverless::Function
    Condition: C0
    Properties: { Handler: app.handler }`;
}
