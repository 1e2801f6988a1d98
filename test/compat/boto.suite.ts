import { readFileSync } from "node:fs";
import { join } from "node:path";
import { zipOf } from "@sluice/bundle/testing";
import { ROOT } from "../source-tree.ts";
import { eventually } from "../support/eventually.ts";
import { Boto } from "./boto.ts";
import { type CompatProduct, functionArn, layerArn, ROLE } from "./compat-product.ts";
import type { Document } from "./step.ts";

const CODE = `
const { shout } = require("shouting");
exports.handler = async (event, context) => {
  console.log("asked", JSON.stringify(event));
  if (event.fail) throw new TypeError("no " + event.fail);
  return { said: shout(event.text ?? process.env.TEXT), version: context.functionVersion, arn: context.invokedFunctionArn,
    memory: context.memoryLimitInMB, left: context.getRemainingTimeInMillis() <= 7000, client: context.clientContext?.custom, id: context.awsRequestId };
};`;
/** As npm leaves it: the code beside the packages that it imports. */
const archive = zipOf({
  "index.js": CODE,
  "node_modules/shouting/package.json": '{"name":"shouting","version":"1.0.0","main":"lib/shout.js"}',
  "node_modules/shouting/lib/shout.js": "exports.shout = (text) => text.toUpperCase();",
});
const base = { Role: ROLE, Runtime: "nodejs22.x", Handler: "index.handler" } as const;
const FunctionName = "boto";
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const parsed = ({ Payload }: Document): Document => JSON.parse(String(Payload)) as Document;

/** Python's SDK as Debian has it, years older than the service model here. */
export function describeBoto(product: () => CompatProduct): void {
  describe("boto3", () => {
    let boto: Boto;
    beforeAll(() => {
      boto = new Boto(product());
    });
    afterAll(() => boto.stop());

    const waits = (name: string, args: Document) => boto.ask({ do: "wait", name, arguments: args });

    test("makes a function with its packages, waits for it and calls it", async () => {
      const made = await boto.call("create_function", {
        ...base,
        FunctionName,
        Code: { ZipFile: archive },
        Timeout: 7,
        MemorySize: 256,
        Environment: { Variables: { TEXT: "hello" } },
        Tags: { team: "a" },
      });
      expect(made).toMatchObject({
        $status: 201,
        FunctionArn: functionArn(FunctionName),
        Version: "$LATEST",
        State: "Active",
      });
      expect(await waits("function_exists", { FunctionName })).toEqual({ result: null });
      expect(await waits("function_active_v2", { FunctionName })).toEqual({ result: null });
      const answer = await boto.call("invoke", {
        FunctionName,
        LogType: "Tail",
        ClientContext: json({ custom: { a: 1 } }).toString("base64"),
      });
      expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: "$LATEST" });
      expect(parsed(answer)).toEqual({
        said: "HELLO",
        version: "$LATEST",
        arn: functionArn(FunctionName),
        memory: "256",
        left: true,
        client: { a: 1 },
        id: answer["$requestId"],
      });
      const log = Buffer.from(String(answer["LogResult"]), "base64").toString();
      expect(log).toMatch(
        /^START RequestId: .* Version: \$LATEST\n.*\tINFO\tasked \{\}\nEND RequestId: .*\nREPORT RequestId: /,
      );
    });

    test("sees what a function throws as an answer, with its type", async () => {
      const answer = await boto.call("invoke", { FunctionName, Payload: json({ fail: "way" }) });
      expect(answer).toMatchObject({ StatusCode: 200, FunctionError: "Unhandled" });
      expect(parsed(answer)).toMatchObject({ errorType: "TypeError", errorMessage: "no way" });
    });

    test("queues an event, which runs under the id that it was told, and only asks whether it could", async () => {
      const queued = await boto.call("invoke", {
        FunctionName,
        InvocationType: "Event",
        Payload: json({ text: "later" }),
      });
      expect(queued).toMatchObject({ StatusCode: 202, Payload: "" });
      const client = await product().stack.client();
      const log = async (): Promise<string> => JSON.stringify(await client.readLogs(FunctionName));
      const id = String(queued["$requestId"]);
      const ran = await eventually(log, (text) => text.includes(`REPORT RequestId: ${id}`));
      expect(ran).toContain(`${id}\\tINFO\\tasked {\\"text\\":\\"later\\"}`);
      expect(await boto.call("invoke", { FunctionName, InvocationType: "DryRun" })).toMatchObject({ StatusCode: 204 });
    });

    test("changes and publishes it; versions stay what they were", async () => {
      const first = await boto.call("publish_version", { FunctionName, Description: "first" });
      expect(first).toMatchObject({
        Version: "1",
        FunctionArn: `${functionArn(FunctionName)}:1`,
        Description: "first",
      });
      const latest = await boto.call("get_function_configuration", { FunctionName });
      await boto.call("update_function_configuration", {
        FunctionName,
        Environment: { Variables: { TEXT: "changed" } },
        MemorySize: 512,
        RevisionId: latest["RevisionId"],
      });
      expect(await waits("function_updated_v2", { FunctionName })).toEqual({ result: null });
      const answer = async () => parsed(await boto.call("invoke", { FunctionName }));
      expect(await eventually(answer, ({ said }) => said === "CHANGED")).toMatchObject({ memory: "512" });
      expect(parsed(await boto.call("invoke", { FunctionName, Qualifier: "1" }))).toMatchObject({
        said: "HELLO",
        memory: "256",
        version: "1",
        arn: `${functionArn(FunctionName)}:1`,
      });
      const changed = await boto.call("update_function_code", {
        FunctionName,
        ZipFile: zipOf({ "index.js": "exports.handler = async () => ({ said: 'second' });" }),
        Publish: true,
      });
      expect(changed).toMatchObject({ Version: "2", FunctionArn: `${functionArn(FunctionName)}:2` });
      expect(changed["CodeSha256"]).not.toBe(first["CodeSha256"]);
      const again = await boto.call("publish_version", { FunctionName });
      expect(again["Version"]).toBe("2");
    });

    test("reads long lists page by page", async () => {
      for (const name of ["one", "two", "three"])
        await boto.call("create_alias", { FunctionName, Name: name, FunctionVersion: "1" });
      const pages = await boto.paginate("list_aliases", { FunctionName, PaginationConfig: { PageSize: 2 } });
      expect(pages.map(({ Aliases }) => (Aliases as { Name: string }[]).map(({ Name }) => Name))).toEqual([
        ["one", "three"],
        ["two"],
      ]);
      const versions = await boto.paginate("list_versions_by_function", {
        FunctionName,
        PaginationConfig: { PageSize: 1 },
      });
      expect(
        versions.flatMap(({ Versions }) => (Versions as { Version: string }[]).map(({ Version }) => Version)),
      ).toEqual(["$LATEST", "1", "2"]);
      const all = await boto.paginate("list_functions", { PaginationConfig: { PageSize: 1 } });
      const names = all.flatMap(({ Functions }) =>
        (Functions as { FunctionName: string }[]).map((one) => one.FunctionName),
      );
      expect(names).toContain(FunctionName);
      expect(new Set(names).size).toBe(names.length);
    });

    test("makes a function of an object and a layer, which its code uses", async () => {
      const layer = await boto.call("publish_layer_version", {
        LayerName: "tools",
        Content: { ZipFile: zipOf({ "nodejs/node_modules/tool/index.js": "exports.name = 'layer one';" }) },
        CompatibleRuntimes: ["nodejs22.x"],
      });
      expect(layer).toMatchObject({ LayerVersionArn: `${layerArn("tools")}:1`, Version: 1 });
      const Code = await product().upload(
        "code.zip",
        zipOf({ "index.js": "exports.handler = async () => require('tool').name;" }),
      );
      const Layers = [layer["LayerVersionArn"]];
      const made = await boto.call("create_function", { ...base, FunctionName: "layered", Code, Layers });
      expect(made["Layers"]).toEqual([
        { Arn: `${layerArn("tools")}:1`, CodeSize: layer["Content"] && (layer["Content"] as Document)["CodeSize"] },
      ]);
      expect(String((await boto.call("invoke", { FunctionName: "layered" }))["Payload"])).toBe('"layer one"');
    });

    test("runs a program in C on provided.al2023", async () => {
      const program = readFileSync(join(ROOT, "examples/word-count/word-count.wasm"));
      const made = { ...base, FunctionName: "c", Runtime: "provided.al2023", Handler: "word-count.wasm" };
      await boto.call("create_function", { ...made, Code: { ZipFile: zipOf({ "word-count.wasm": program }) } });
      const answer = await boto.call("invoke", { FunctionName: "c", Payload: json({ body: "to be or not to be" }) });
      expect(answer["FunctionError"]).toBeUndefined();
      expect(parsed(answer)).toMatchObject({ words: 6, distinct: 4 });
    });

    test("is told what is wrong with errors of its own classes and codes", async () => {
      const ask = (name: string, args: Document, options = {}) =>
        boto.ask({ do: "call", name, arguments: args }, options);
      const { admin, stranger, invoker } = product();
      expect(await ask("get_function", { FunctionName: "none" })).toMatchObject({
        kind: "ResourceNotFoundException",
        error: "ResourceNotFoundException",
        status: 404,
        message: `Function not found: ${functionArn("none")}`,
      });
      expect(await ask("publish_version", { FunctionName, RevisionId: "old" })).toMatchObject({
        kind: "PreconditionFailedException",
        status: 412,
      });
      expect(await ask("create_alias", { FunctionName, Name: "one", FunctionVersion: "1" })).toMatchObject({
        kind: "ResourceConflictException",
        status: 409,
      });
      await boto.call("put_function_concurrency", { FunctionName, ReservedConcurrentExecutions: 0 });
      const call = () => ask("invoke", { FunctionName });
      expect(await eventually(call, ({ error }) => error !== undefined)).toMatchObject({
        kind: "TooManyRequestsException",
        status: 429,
        message: "Rate Exceeded.",
      });
      expect((await boto.call("get_function", { FunctionName }))["Concurrency"]).toEqual({
        ReservedConcurrentExecutions: 0,
      });
      await boto.call("delete_function_concurrency", { FunctionName });
      await eventually(call, ({ error }) => error === undefined);
      expect(await ask("invoke", { FunctionName }, { key: invoker })).toMatchObject({ result: { StatusCode: 200 } });
      expect(await ask("update_function_configuration", { FunctionName, Timeout: 3 }, { key: invoker })).toMatchObject({
        error: "AccessDeniedException",
        status: 403,
      });
      expect(await ask("invoke", { FunctionName }, { key: stranger })).toMatchObject({
        error: "ResourceNotFoundException",
        status: 404,
      });
      expect(await ask("list_functions", {}, { key: { ...admin, secretAccessKey: "wrong" } })).toMatchObject({
        error: "InvalidSignatureException",
        status: 403,
      });
      expect(await ask("list_functions", {}, { key: { ...admin, accessKeyId: "nobody" } })).toMatchObject({
        error: "UnrecognizedClientException",
        status: 403,
      });
      expect(await ask("list_functions", {}, { signed: false })).toMatchObject({
        error: "MissingAuthenticationTokenException",
        status: 403,
      });
    });

    test("deletes it", async () => {
      await boto.call("delete_function", { FunctionName });
      const gone = await boto.ask({ do: "call", name: "get_function", arguments: { FunctionName } });
      expect(gone.error).toBe("ResourceNotFoundException");
    });
  });
}
