import {
  CreateAliasCommand,
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  type LambdaClient,
  PublishLayerVersionCommand,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
} from "@aws-sdk/client-lambda";
import { zipOf } from "@sluice/bundle/testing";
import { eventually } from "../support/eventually.ts";
import { type CompatProduct, functionArn, ROLE } from "./compat-product.ts";

const CALLS = 1_000;
const WEIGHT = 0.3;
/** Four standard deviations: once in 16,000 runs it is further off by chance. */
const TOLERANCE = 4 * Math.sqrt(CALLS * WEIGHT * (1 - WEIGHT));
const AT_ONCE = 4;
const made = { Role: ROLE, Runtime: "nodejs24.x", Handler: "index.handler" } as const;
const FunctionName = "behaving";
const answering = (text: string) => zipOf({ "index.js": `exports.handler = async () => ${text};` });

/** What the parts do together, called as AWS's SDK for JavaScript calls it. */
export function describeBehaviour(product: () => CompatProduct): void {
  describe("the SDK for JavaScript", () => {
    let client: LambdaClient;
    beforeAll(async () => {
      client = product().lambda();
      const Code = { ZipFile: answering("process.env.WHICH") };
      const Environment = { Variables: { WHICH: "first" } };
      await client.send(
        new CreateFunctionCommand({ ...made, FunctionName, Code, Environment, Timeout: 1, Publish: true }),
      );
      await waitUntilFunctionActiveV2({ client, maxWaitTime: 10 }, { FunctionName });
    });

    /** What it answers once the worker has heard of a change. */
    const said = (text: string, name = FunctionName, qualifier?: string) =>
      eventually(
        () => call(qualifier, name).catch(String),
        ([answer]) => answer === text,
      );
    const call = async (Qualifier?: string, name = FunctionName): Promise<readonly [string, string | undefined]> => {
      const input = { FunctionName: name, ...(Qualifier === undefined ? {} : { Qualifier }) };
      const { Payload, ExecutedVersion } = await client.send(new InvokeCommand(input));
      return [Payload?.transformToString() ?? "", ExecutedVersion];
    };

    test("$LATEST changes and numbers do not: code, environment and time limit", async () => {
      const Environment = { Variables: { WHICH: "second" } };
      await client.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment, Timeout: 5 }));
      await waitUntilFunctionUpdatedV2({ client, maxWaitTime: 10 }, { FunctionName });
      await client.send(new PublishVersionCommand({ FunctionName }));
      await said('"second"');
      expect([await call(), await call("1"), await call("2"), await call("$LATEST")]).toEqual([
        ['"second"', "$LATEST"],
        ['"first"', "1"],
        ['"second"', "2"],
        ['"second"', "$LATEST"],
      ]);
      const configuration = async (name: string) =>
        (await client.send(new GetFunctionCommand({ FunctionName: name }))).Configuration;
      const shown = await Promise.all(
        [FunctionName, `${FunctionName}:1`, `${functionArn(FunctionName)}:2`].map(configuration),
      );
      expect(shown.map((one) => [one?.FunctionArn, one?.Version, one?.Timeout, one?.Environment?.Variables])).toEqual([
        [functionArn(FunctionName), "$LATEST", 5, { WHICH: "second" }],
        [`${functionArn(FunctionName)}:1`, "1", 1, { WHICH: "first" }],
        [`${functionArn(FunctionName)}:2`, "2", 5, { WHICH: "second" }],
      ]);
    });

    test("an alias sends as many calls to each version as its weights say, and all to one without them", async () => {
      const Name = "split";
      const RoutingConfig = { AdditionalVersionWeights: { "2": WEIGHT } };
      await client.send(new CreateAliasCommand({ FunctionName, Name, FunctionVersion: "1", RoutingConfig }));
      const seen = new Map<string, number>();
      const caller = async (): Promise<void> => {
        for (let count = 0; count < CALLS / AT_ONCE; count++) {
          const [said, version] = await call(Name);
          const which = `${said} ${version}`;
          seen.set(which, (seen.get(which) ?? 0) + 1);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, caller));
      expect([...seen.keys()].toSorted()).toEqual(['"first" 1', '"second" 2']);
      expect(Math.abs((seen.get('"second" 2') ?? 0) - CALLS * WEIGHT)).toBeLessThan(TOLERANCE);
      const none = { AdditionalVersionWeights: {} };
      const moved = await client.send(
        new UpdateAliasCommand({ FunctionName, Name, FunctionVersion: "2", RoutingConfig: none }),
      );
      expect(moved.RoutingConfig).toBeUndefined();
    });

    test("a function that runs out of its time fails as on Lambda", async () => {
      const name = "slow";
      const Code = { ZipFile: answering("new Promise((resolve) => setTimeout(resolve, 60_000))") };
      await client.send(new CreateFunctionCommand({ ...made, FunctionName: name, Code, Timeout: 1 }));
      const answer = await client.send(new InvokeCommand({ FunctionName: name }));
      expect(answer.FunctionError).toBe("Unhandled");
      expect(JSON.parse(answer.Payload?.transformToString() ?? "")).toMatchObject({
        errorType: "Sandbox.Timedout",
        errorMessage: expect.stringMatching(
          /^RequestId: [0-9a-f-]{36} Error: Task timed out after 1\.00 seconds/,
        ) as string,
      });
    });

    test("layers lie over one another in their order, and a changed list is used at once", async () => {
      const publish = async (LayerName: string, files: Readonly<Record<string, string>>): Promise<string> => {
        const layer = await client.send(
          new PublishLayerVersionCommand({ LayerName, Content: { ZipFile: zipOf(files) } }),
        );
        return layer.LayerVersionArn ?? "";
      };
      const under = await publish("under", {
        "a.js": "module.exports = 'under a';",
        "b.js": "module.exports = 'under b';",
      });
      const over = await publish("over", { "a.js": "module.exports = 'over a';" });
      const name = "layers";
      const Code = { ZipFile: answering("[require('/opt/a'), require('/opt/b')]") };
      await client.send(new CreateFunctionCommand({ ...made, FunctionName: name, Code, Layers: [under, over] }));
      expect((await call(undefined, name))[0]).toBe('["over a","under b"]');
      await client.send(new UpdateFunctionConfigurationCommand({ FunctionName: name, Layers: [under] }));
      await said('["under a","under b"]', name);
    });

    test("a stream arrives piece by piece, and its end says how it went", async () => {
      const code = `exports.handler = awslambda.streamifyResponse(async (event, stream) => {
        for (const word of event) { stream.write(word); await new Promise((resolve) => setTimeout(resolve, 20)); }
        if (event.includes("bad")) throw new RangeError("enough");
        stream.end();
      });`;
      const name = "streaming";
      await client.send(
        new CreateFunctionCommand({ ...made, FunctionName: name, Code: { ZipFile: zipOf({ "index.js": code }) } }),
      );
      const stream = async (words: readonly string[]) => {
        const Payload = Buffer.from(JSON.stringify(words));
        const answer = await client.send(
          new InvokeWithResponseStreamCommand({ FunctionName: name, Payload, LogType: "Tail" }),
        );
        const chunks: string[] = [];
        let end: unknown;
        for await (const event of answer.EventStream ?? []) {
          if (event.PayloadChunk?.Payload !== undefined)
            chunks.push(Buffer.from(event.PayloadChunk.Payload).toString());
          end = event.InvokeComplete ?? end;
        }
        return { chunks, end };
      };
      const well = await stream(["one ", "two"]);
      expect(well.chunks.join("")).toBe("one two");
      expect(well.chunks.length).toBeGreaterThan(1);
      expect(well.end).toEqual({ LogResult: expect.any(String) as string });
      expect((await stream(["bad"])).end).toMatchObject({
        ErrorCode: "RangeError",
        ErrorDetails: expect.stringContaining("enough") as string,
      });
    });

    test("a name that was deleted and made again is another function, and no number is used twice", async () => {
      const name = "again";
      const make = (text: string) =>
        client.send(
          new CreateFunctionCommand({ ...made, FunctionName: name, Code: { ZipFile: answering(text) }, Publish: true }),
        );
      await make("'old'");
      expect((await call("1", name))[0]).toBe('"old"');
      await client.send(new DeleteFunctionCommand({ FunctionName: name }));
      expect((await make("'new'")).Version).toBe("2");
      expect(await said('"new"', name, "2")).toEqual(['"new"', "2"]);
      await expect(call("1", name)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
      const tried = await client.send(
        new UpdateFunctionCodeCommand({ FunctionName: name, ZipFile: answering("'tried'"), DryRun: true }),
      );
      expect(tried.CodeSha256).toBeDefined();
      expect((await call(undefined, name))[0]).toBe('"new"');
    });
  });
}
