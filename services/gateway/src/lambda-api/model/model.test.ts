import * as sdk from "@aws-sdk/client-lambda";
import { compile } from "../constraints.ts";
import { MODEL_ERRORS } from "./errors.ts";
import { OPERATIONS } from "./operations.ts";
import type { OperationModel, Shape } from "./shape.ts";
import { SHAPES } from "./shapes.ts";

const operations = Object.entries<OperationModel>(OPERATIONS);

/** The SDK's own schema of an operation: kind, namespace, name, traits, input, output. */
function schemaOf(name: string): { readonly http: readonly [string, string, number] } {
  const schema = (sdk as unknown as Record<string, readonly unknown[]>)[`${name}$`];
  return schema?.[3] as ReturnType<typeof schemaOf>;
}

test("the model has every command of the SDK and no other", () => {
  const commands = Object.keys(sdk).filter((name) => name.endsWith("Command") && name !== "$Command");
  expect(Object.keys(OPERATIONS).sort()).toEqual(commands.map((name) => name.replace(/Command$/, "")).sort());
  expect(operations).toHaveLength(88);
});

test.each(operations)("%s has the SDK's method, path and status", (name, { method, uri, status }) => {
  expect([method, uri, status]).toEqual(schemaOf(name).http);
});

test("every shape that is named is there, and no shape holds itself", () => {
  const depthOf = (name: string, above: readonly string[]): number => {
    const shape: Shape | undefined = SHAPES[name];
    if (shape === undefined || above.includes(name)) throw new Error(`${[...above, name].join(" > ")} has no end`);
    const within =
      shape.type === "structure"
        ? Object.values(shape.members).map((member) => member.shape)
        : shape.type === "list"
          ? [shape.member]
          : shape.type === "map"
            ? [shape.key, shape.value]
            : [];
    return 1 + Math.max(0, ...within.map((one) => depthOf(one, [...above, name])));
  };
  const depths = operations.flatMap(([, { input, output }]) => [input, output ?? input].map((one) => depthOf(one, [])));
  expect(Math.max(...depths)).toBeLessThan(10);
});

test("every declared error is in the table of errors", () => {
  expect(operations.flatMap(([, { errors }]) => errors).filter((name) => !(name in MODEL_ERRORS))).toEqual([]);
});

test("every pattern compiles, matches as a whole and gives up fast on what almost matches", () => {
  const patterns = Object.values(SHAPES).flatMap((shape) => (shape.type === "string" ? [shape] : []));
  for (const { pattern, max = 10_000 } of patterns) {
    if (pattern === undefined) continue;
    const length = Math.min(max, 10_000);
    for (const unit of ["a", "a-", "a.", "1", "arn:aws:lambda:us-east-1:123456789012:function:a", ":", "/"]) {
      const text = `${unit.repeat(Math.ceil(length / unit.length)).slice(0, length - 1)}\n`;
      const start = performance.now();
      compile(pattern).test(text);
      expect([pattern, performance.now() - start < 250]).toEqual([pattern, true]);
    }
  }
});
