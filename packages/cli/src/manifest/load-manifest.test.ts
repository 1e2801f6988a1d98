import { join } from "node:path";
import { createTempFolder, type TempFolder } from "@sluice/bundle/testing";
import { loadManifest } from "./load-manifest.ts";

let folder: TempFolder;
beforeEach(() => {
  folder = createTempFolder();
  folder.write({ "ok.ts": "export const handler = () => 1;" });
});
afterEach(() => folder.remove());

function load(yaml: string, env: Record<string, string> = {}) {
  folder.write({ "sluice.yaml": yaml });
  return loadManifest({ file: join(folder.path, "sluice.yaml"), cwd: folder.path, env });
}

/** Each fault as `line:column path message`. */
function faultsOf(yaml: string, env: Record<string, string> = {}): string[] {
  return load(yaml, env).faults.map(({ line, column, path, message }) => `${line}:${column} ${path} ${message}`);
}

test("a good manifest is read with its defaults, triggers and absolute entries", () => {
  const { functions, faults } = load(
    "functions:\n  hello:\n    entry: ./ok.ts\n    environment: { A: 1 }\n    triggers: [http: {}]\n",
  );
  expect(faults).toEqual([]);
  expect(functions).toMatchObject([
    {
      name: "hello",
      entry: join(folder.path, "ok.ts"),
      options: { environment: { A: 1 } },
      settings: { memoryMb: 128, environment: { A: "1" } },
      triggers: [{ type: "http", name: "hello" }],
    },
  ]);
  expect(functions[0]?.options).not.toHaveProperty("entry");
});

test("every fault of a manifest is found at once, each at its place and with what to write", () => {
  const yaml = `functions:
  thumb:
    entry: ./missing.ts
    memoryMb: lots
    timeoutMS: 3000
    description: 7
    environment:
      A: \${NOT_SET}
      9x: 1
      B: [1]
    triggers:
      - htp: {}
      - cron:
          schedule: "* * *"
      - http: {}
        webhook: {}
  later:
    memoryMb: 32
  "bad name":
    entry: ./ok.ts
colour: red
`;
  const folderPath = folder.path;
  expect(faultsOf(yaml).sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))).toEqual([
    `3:12 functions.thumb.entry there is no file ${folderPath}/missing.ts; the path counts from the manifest's folder`,
    "4:15 functions.thumb.memoryMb must be a whole number from 16 to 10240",
    "5:5 functions.thumb.timeoutMS is not a known key; did you mean 'timeoutMs'?",
    "6:18 functions.thumb.description must be text of at most 256 characters",
    "8:10 functions.thumb.environment.A needs the environment variable 'NOT_SET', which is not set; set it, or write ${NOT_SET:-default}",
    "9:7 functions.thumb.environment.9x is not a legal name; it must be letters, digits and '_', no digit first",
    "10:10 functions.thumb.environment.B must be text, a number, true or false",
    "12:9 functions.thumb.triggers[0].htp is not a known key; did you mean 'http'?",
    "14:21 functions.thumb.triggers[1].cron.schedule '* * *' has 3 fields; write five (minute hour day month weekday), six (second first) or 'rate(5 minutes)'",
    "15:9 functions.thumb.triggers[2] must have exactly one of 'http', 'webhook', 'object-storage' or 'cron'",
    "17:3 functions.later.entry is missing",
    "19:3 functions.bad name is not a legal name; it must be 1 to 64 letters, digits, '-' or '_'",
    "21:1 colour is not a known key; known are 'functions'",
  ]);
});

test.each([
  [
    "a key written twice",
    "functions:\n  a:\n    entry: ./ok.ts\n    entry: ./ok.ts\n",
    "4:5  this key is written twice",
  ],
  ["an open bracket", "functions: {a: {entry: ./ok.ts}\n", "2:1  is not valid YAML"],
  ["a tab as indent", "functions:\n\ta: 1\n", "2:1  tabs cannot indent YAML; use spaces"],
  ["two documents", "functions: {}\n---\nfunctions: {}\n", "2:1  a manifest is one document"],
  ["an alias to nothing", "functions: *nowhere\n", "1:12  there is no anchor '&nowhere' before this"],
  ["nothing", "", "1:1  the file is empty"],
  ["a list", "- a\n", "1:1  must be a mapping"],
  ["no functions", "$schema: x\n", "1:1 functions is missing"],
  ["functions without content", "functions:\n", "1:1 functions must be a mapping"],
  ["a function without content", "functions:\n  a:\n", "2:3 functions.a must be a mapping with keys such as handler"],
  ["a forbidden name", "functions:\n  __proto__:\n    entry: ./ok.ts\n", "2:3 functions.__proto__ cannot be the name"],
  ["a folder as entry", "functions:\n  a:\n    entry: .\n", "3:12 functions.a.entry"],
])("%s is one fault at its place", (_what, yaml, expected) => {
  const faults = faultsOf(yaml);
  expect(faults).toHaveLength(1);
  expect(faults[0]).toContain(expected);
});

test("aliases that multiply without end are refused", () => {
  const levels = Array.from({ length: 12 }, (_, i) => `l${i + 1}: &l${i + 1} [${Array(10).fill(`*l${i}`).join(", ")}]`);
  const [fault] = faultsOf(`l0: &l0 [x]\n${levels.join("\n")}\nfunctions: *l12\n`);
  expect(fault).toContain("cannot be read");
});

test("a repeated trigger is found at its second place, across functions too", () => {
  const yaml = `functions:
  a: { entry: ./ok.ts, triggers: [webhook: { name: x }] }
  b: { entry: ./ok.ts, triggers: [webhook: { name: x }, http: {}] }
`;
  expect(faultsOf(yaml)).toEqual([
    "3:35 functions.b.triggers[0] 'a' already has the webhook trigger 'x'; give it another 'name'",
  ]);
});

test("references are filled in from the environment, in environment values and secrets only", () => {
  const yaml = `functions:
  a:
    entry: ./ok.ts
    description: "\${NAME}"
    environment:
      A: "<\${NAME}|\${MISSING:-fall:-back}|$\${NAME}|\${EMPTY}|\${EMPTY:-x}>"
    triggers:
      - webhook: { auth: { bearer: "\${TOKEN}" } }
`;
  const { functions, faults } = load(yaml, { NAME: "ada", TOKEN: "12345678", EMPTY: "" });
  expect(faults).toEqual([]);
  expect(functions[0]?.settings).toMatchObject({
    description: "${NAME}",
    environment: { A: "<ada|fall:-back|${NAME}||x>" },
    triggers: [{ webhook: { auth: { bearer: "12345678" } } }],
  });
  expect(faultsOf(yaml.replace("${NAME}|", "${not a name}|"), { NAME: "a", TOKEN: "12345678", EMPTY: "" })).toEqual([
    "6:10 functions.a.environment.A '${not a name}' is not a reference; write ${NAME} or ${NAME:-default}, or $${ for a plain ${",
  ]);
});
