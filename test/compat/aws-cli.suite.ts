import { readFile } from "node:fs/promises";
import { zipOf } from "@sluice/bundle/testing";
import { awsLambda } from "./aws-cli.ts";
import { type CompatProduct, functionArn, ROLE } from "./compat-product.ts";

const NAME = ["--function-name", "cli"];
const RAW = ["--cli-binary-format", "raw-in-base64-out"];

export function describeAwsCli(product: () => CompatProduct): void {
  describe("the AWS CLI", () => {
    const run = async (...args: readonly string[]): Promise<Readonly<Record<string, unknown>>> => {
      const { code, output, error } = await awsLambda(product(), ...args);
      if (code !== 0) throw new Error(error);
      return output.trim() === "" ? {} : (JSON.parse(output) as Record<string, unknown>);
    };

    test("makes a function of a file, calls it, changes it and downloads what it is now", async () => {
      const code = (said: string) =>
        zipOf({ "index.mjs": `export const handler = async ({ to }) => \`${said} \${to}\`;` });
      const first = await product().file("first.zip", code("hello"));
      const second = await product().file("second.zip", code("bye"));
      const answer = await product().file("answer.json", Buffer.alloc(0));
      const how = ["--role", ROLE, "--runtime", "nodejs22.x", "--handler", "index.handler", "--publish"];
      const made = await run("create-function", ...NAME, ...how, "--zip-file", `fileb://${first}`);
      expect(made).toMatchObject({ FunctionArn: `${functionArn("cli")}:1`, Version: "1", State: "Active" });
      const call = await run("invoke", ...NAME, "--payload", '{"to":"you"}', ...RAW, answer);
      expect(call).toEqual({ StatusCode: 200, ExecutedVersion: "$LATEST" });
      expect(await readFile(answer, "utf8")).toBe('"hello you"');
      await run("update-function-code", ...NAME, "--zip-file", `fileb://${second}`);
      const { Functions: functions } = await run("list-functions", "--max-items", "500");
      expect((functions as { FunctionName: string }[]).map(({ FunctionName }) => FunctionName)).toContain("cli");
      const { Code: location } = await run("get-function", ...NAME);
      const downloaded = await fetch((location as { Location: string }).Location);
      expect(Buffer.from(await downloaded.arrayBuffer())).toEqual(await readFile(second));
    });

    test("says what was refused", async () => {
      const { code, error } = await awsLambda(product(), "get-function", "--function-name", "none");
      expect([code, error.trim()]).toEqual([
        254,
        `An error occurred (ResourceNotFoundException) when calling the GetFunction operation: Function not found: ${functionArn("none")}`,
      ]);
    });
  });
}
