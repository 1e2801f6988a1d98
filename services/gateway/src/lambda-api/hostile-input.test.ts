import * as fc from "fast-check";
import { shapeOf } from "./constraints.ts";
import { LambdaError } from "./lambda-error.ts";
import { OPERATIONS } from "./model/operations.ts";
import type { OperationModel, StructureShape } from "./model/shape.ts";
import { readInput } from "./read-input.ts";
import { route } from "./route.ts";

test.each(Object.entries<OperationModel>(OPERATIONS))("%s answers any JSON with an input or an error", (_, model) => {
  const found = route(model.method, model.uri.replaceAll(/\{\w+\}/g, "x"));
  if (typeof found === "string") throw new Error(found);
  const { members } = shapeOf(model.input) as StructureShape;
  const values = fc.jsonValue({ maxDepth: 4 });
  const bodies = fc.oneof(values, fc.dictionary(fc.constantFrom("__proto__", ...Object.keys(members)), values));
  const outcome = (body: unknown): unknown => {
    try {
      return readInput(found, {}, Buffer.from(JSON.stringify(body)));
    } catch (error) {
      return error;
    }
  };
  const once = fc.property(bodies, (body) => {
    const result = outcome(body);
    expect(result instanceof Error && !(result instanceof LambdaError)).toBe(false);
  });
  fc.assert(once, { numRuns: 50 });
});
