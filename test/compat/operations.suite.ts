import type { LambdaClient } from "@aws-sdk/client-lambda";
import * as sdk from "@aws-sdk/client-lambda";
import { MODEL_ERRORS } from "../../services/gateway/src/lambda-api/model/errors.ts";
import { OPERATIONS } from "../../services/gateway/src/lambda-api/model/operations.ts";
import type { OperationModel } from "../../services/gateway/src/lambda-api/model/shape.ts";
import { LAMBDA_API_FACTS } from "../../scripts/lambda-api-facts.ts";
import { answerFaults, type OperationName } from "./answer-check.ts";
import { commandOf } from "./command.ts";
import type { CompatProduct } from "./compat-product.ts";
import { FUNCTION_STEPS, LAST_STEPS, NAME } from "./function-steps.ts";
import { CODE_SIGNING_STEPS, NOT_OFFERED_STEPS, SETTING_STEPS, SOURCE_STEPS } from "./setting-steps.ts";
import { type Document, firstSteps, type Step } from "./step.ts";
import { WireTap } from "./wire-tap.ts";

/** Where AWS says it otherwise than with 404. */
const UNKNOWN_FUNCTION: ReadonlyMap<OperationName, string> = new Map([
  ["CreateEventSourceMapping", "InvalidParameterValueException 400"],
  ["ListEventSourceMappings", "answered 200"],
]);

const STEPS: readonly Step[] = [
  ...FUNCTION_STEPS,
  ...SETTING_STEPS,
  ...CODE_SIGNING_STEPS,
  ...SOURCE_STEPS,
  ...NOT_OFFERED_STEPS,
  ...LAST_STEPS,
];
const TABLE = STEPS.map((step, at) => [`${at + 1} ${step.operation}`, step] as const);

const ERRORS = sdk as unknown as Readonly<Record<string, new (...args: never) => Error>>;

/** The error's name and status; the answer's, when there was none. */
async function outcome(client: LambdaClient, operation: OperationName, input: Document): Promise<string> {
  try {
    const { $metadata } = (await client.send(commandOf(operation, input))) as sdk.InvokeCommandOutput;
    return `answered ${$metadata.httpStatusCode}`;
  } catch (error) {
    return `${(error as sdk.LambdaServiceException).name} ${(error as sdk.LambdaServiceException).$metadata?.httpStatusCode}`;
  }
}

const inputOf = ({ input }: Step, kept: ReadonlyMap<OperationName, string>): Document =>
  typeof input === "function" ? input(kept) : input;

/** The same input about another function. */
function rename(value: unknown, to: string): unknown {
  if (typeof value === "string") return value.replaceAll(NAME, to);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map((one) => rename(one, to));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, rename(one, to)]));
}

export function describeOperations(product: () => CompatProduct): void {
  describe("an operation of the service", () => {
    const kept = new Map<OperationName, string>();
    let client: LambdaClient;
    let tap: WireTap;
    beforeAll(() => {
      client = product().lambda();
      tap = new WireTap(client);
    });

    test("is called here, whichever it is", () => {
      expect(
        firstSteps(STEPS)
          .map(({ operation }) => operation)
          .toSorted(),
      ).toEqual(Object.keys(OPERATIONS).toSorted());
    });

    test.each(TABLE)("%s answers what the service model says", async (_, step) => {
      const { operation, keep, error } = step;
      const { support } = LAMBDA_API_FACTS[operation];
      const asked = client.send(commandOf(operation, inputOf(step, kept)));
      if (error !== undefined) {
        expect(["refused", "none"]).toContain(support);
        await expect(asked).rejects.toMatchObject({ name: error });
        expect(OPERATIONS[operation].errors).toContain(error);
        return;
      }
      expect(support).not.toBe("refused");
      const answer = (await asked) as unknown as Document;
      for await (const _event of (answer["EventStream"] as AsyncIterable<unknown> | undefined) ?? []);
      expect(answerFaults(operation, tap.last)).toEqual([]);
      if (keep !== undefined) kept.set(operation, String(keep(answer)));
    });
  });

  describe("somebody else", () => {
    const kept = new Map<OperationName, string>([
      ["CreateEventSourceMapping", "14e0db71-0d5e-4ff1-a3f5-3b2d6a0f6c11"],
      ["CreateCodeSigningConfig", "arn:aws:lambda:us-east-1:000000000000:code-signing-config:csc-0123456789abcdef0"],
    ]);
    const registered = firstSteps(STEPS);
    const name = "somebodys";
    const renamed = (step: Step, to = name): Document => rename(inputOf(step, kept), to) as Document;
    const ofFunctions = registered.filter(({ operation, input, error }) => {
      const { errors }: OperationModel = OPERATIONS[operation];
      const names = JSON.stringify(typeof input === "function" ? input(kept) : input).includes(NAME);
      return (
        names &&
        error === undefined &&
        errors.includes("ResourceNotFoundException") &&
        !/^(Create|Publish)(Function|Layer)/.test(operation)
      );
    });

    beforeAll(async () => {
      await product().stack.deploy(name, "exports.handler = async () => 1;");
    });

    test.each(ofFunctions.map((step) => [step.operation, step] as const))(
      "%s does not find a function of another tenant, as if it were not there",
      async (operation, step) => {
        const expected = UNKNOWN_FUNCTION.get(operation) ?? "ResourceNotFoundException 404";
        const stranger = product().lambda(product().stranger);
        expect(await outcome(stranger, operation, renamed(step))).toBe(expected);
        const owner = product().lambda();
        expect(await outcome(owner, operation, renamed(step, "nobody"))).toBe(expected);
      },
    );

    test("a key for some functions sends no events of theirs to another", async () => {
      const { id, secret } = await (await product().stack.client()).createKey({
        name: "some",
        policy: "deploy",
        functions: [name],
      });
      const client = product().lambda({ accessKeyId: id, secretAccessKey: secret });
      const Destination = "arn:aws:lambda:us-east-1:000000000000:function:another";
      const named = { FunctionName: name, DestinationConfig: { OnSuccess: { Destination } } };
      expect(await outcome(client, "PutFunctionEventInvokeConfig", { FunctionName: name })).toBe("answered 200");
      expect(await outcome(client, "PutFunctionEventInvokeConfig", named)).toBe("AccessDeniedException 403");
    });

    test("a key that may only invoke does nothing else", async () => {
      const client = product().lambda(product().invoker);
      const outcomes = await Promise.all(
        registered.map(async (step) => [step.operation, await outcome(client, step.operation, renamed(step))] as const),
      );
      const allowed = outcomes
        .filter(([, what]) => what !== "AccessDeniedException 403")
        .map(([operation]) => operation);
      expect(allowed.toSorted()).toEqual(["Invoke", "InvokeAsync", "InvokeWithResponseStream"]);
    });
  });

  test("every error of the model is a class of the SDK, so that its name decides", () => {
    const classes = Object.keys(MODEL_ERRORS).filter((name) => ERRORS[name] === undefined);
    expect(classes).toEqual([]);
  });
}
