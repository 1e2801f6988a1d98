import * as sdk from "@aws-sdk/client-lambda";
import { zipOf } from "@sluice/bundle/testing";
import { OPERATIONS } from "../../services/gateway/src/lambda-api/model/operations.ts";
import { eventually } from "../support/eventually.ts";
import type { OperationModel } from "../../services/gateway/src/lambda-api/model/shape.ts";
import { commandOf } from "./command.ts";
import type { CompatProduct } from "./compat-product.ts";
import { made, NEW_FUNCTION } from "./new-function-rows.ts";
import { archive, CALLS, FunctionName, FUNCTIONS, OLDER_STATE, type Row, statement } from "./refusal-rows.ts";

/** What is checked before an operation of Lambda is reached, which no operation documents. */
const BEFORE_OPERATIONS = new Set(["ValidationException"]);

export function describeRefusals(product: () => CompatProduct): void {
  describe("refused as AWS does", () => {
    let client: sdk.LambdaClient;
    beforeAll(async () => {
      client = product().lambda();
      await client.send(
        new sdk.CreateFunctionCommand({ ...made, FunctionName, Code: { ZipFile: archive }, Publish: true }),
      );
      await client.send(
        new sdk.UpdateFunctionCodeCommand({
          FunctionName,
          ZipFile: zipOf({ "index.js": "exports.handler = async () => 2;" }),
          Publish: true,
        }),
      );
      await client.send(new sdk.CreateAliasCommand({ FunctionName, Name: "live", FunctionVersion: "1" }));
      await client.send(new sdk.AddPermissionCommand({ FunctionName, ...statement }));
      for (const _version of [1, 2])
        await client.send(new sdk.PublishLayerVersionCommand({ LayerName: "l", Content: { ZipFile: archive } }));
      await client.send(
        new sdk.AddLayerVersionPermissionCommand({
          LayerName: "l",
          VersionNumber: 1,
          StatementId: "s",
          Action: "lambda:GetLayerVersion",
          Principal: "*",
        }),
      );
    });

    async function expectRefusal([, operation, input, name, said = /./]: Row): Promise<void> {
      const error = await client.send(commandOf(operation, input)).then(
        () => new Error("it was taken"),
        (reason: unknown) => reason as Error,
      );
      expect(error).toMatchObject({ name, message: expect.stringMatching(said) as string });
      if (BEFORE_OPERATIONS.has(name)) return;
      const { errors }: OperationModel = OPERATIONS[operation];
      expect(errors).toContain(name);
      expect(error).toBeInstanceOf((sdk as unknown as Record<string, new () => Error>)[name]);
    }

    const each = (rows: readonly Row[]) => test.each(rows.map((row) => [row[0], row[1], row] as const));
    describe("for a new function", () => each(NEW_FUNCTION)("%s (%s)", (_what, _operation, row) => expectRefusal(row)));
    describe("for who looked at an older state", () =>
      each(OLDER_STATE)("%s (%s)", (_what, _operation, row) => expectRefusal(row)));
    describe("of a function", () => each(FUNCTIONS)("%s (%s)", (_what, _operation, row) => expectRefusal(row)));
    describe("of a call", () => each(CALLS)("%s (%s)", (_what, _operation, row) => expectRefusal(row)));

    test("a function that may not run at all, with the reason", async () => {
      const call = (): Promise<unknown> =>
        client.send(new sdk.InvokeCommand({ FunctionName })).catch((reason: unknown) => reason);
      await client.send(new sdk.PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }));
      expect(await eventually(call, (answer) => answer instanceof Error)).toMatchObject({
        name: "TooManyRequestsException",
        Reason: "ReservedFunctionConcurrentInvocationLimitExceeded",
        Type: "User",
        message: "Rate Exceeded.",
        $metadata: { httpStatusCode: 429 },
      });
      const stream = client.send(new sdk.InvokeWithResponseStreamCommand({ FunctionName }));
      await expect(stream).rejects.toBeInstanceOf(sdk.TooManyRequestsException);
      await client.send(new sdk.DeleteFunctionConcurrencyCommand({ FunctionName }));
      expect(await eventually(call, (answer) => !(answer instanceof Error))).toMatchObject({ StatusCode: 200 });
    });

    test("signatures that are wrong, of nobody, of another time, of another region", async () => {
      const { admin } = product();
      const nobody = { ...admin, accessKeyId: "AKIAAAAAAAAAAAAAAAAA" };
      const wrong = { ...admin, secretAccessKey: "wrong" };
      const asked = (one: sdk.LambdaClient) =>
        one.send(new sdk.ListFunctionsCommand({})).then(
          () => "taken",
          (error: Error) => error.name,
        );
      expect(await asked(product().lambda(wrong))).toBe("InvalidSignatureException");
      expect(await asked(product().lambda(nobody))).toBe("UnrecognizedClientException");
      expect(await asked(product().lambda(admin, { systemClockOffset: -3_600_000 }))).toBe("InvalidSignatureException");
      expect(await asked(product().lambda(admin, { region: "eu-west-1" }))).toBe("InvalidSignatureException");
    });
  });
}
