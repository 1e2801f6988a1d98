import * as fc from "fast-check";
import { brokenConstraints, compile, shapeOf } from "../constraints.ts";
import type { StringShape, StructureShape } from "../model/shape.ts";

type Document = Record<string, unknown>;

/** Patterns with look-around or an empty choice, which the generator of strings does not read. */
const BY_HAND: Readonly<Record<string, string>> = {
  Alias: "live",
  CollectionName: "orders",
  FunctionUrlFunctionName: "hello:live",
  FunctionUrlQualifier: "live",
  KMSKeyArn: "arn:aws:kms:us-east-1:000000000000:key/k",
  ResourceArn: "arn:aws:sqs:us-east-1:000000000000:q",
  S3Bucket: "a-bucket",
};

/** Reading a pattern takes longer than making a value of it. */
const arbitraries = new Map<string, fc.Arbitrary<unknown>>();

/** Documents that a shape allows, every member present. A status is what HTTP makes of it and always 200 here. */
export function documentsOf(shapeName: string): fc.Arbitrary<Document> {
  return structure(shapeOf(shapeName) as StructureShape);
}

function structure(shape: StructureShape): fc.Arbitrary<Document> {
  const members = Object.entries(shape.members).map(([name, member]) => {
    return [name, member.in === "status" ? fc.constant(200) : valuesOf(member.shape)] as const;
  });
  return fc.record(Object.fromEntries(members), { noNullPrototype: true });
}

function valuesOf(name: string): fc.Arbitrary<unknown> {
  const made = arbitraries.get(name) ?? make(name);
  arbitraries.set(name, made);
  return made;
}

function make(name: string): fc.Arbitrary<unknown> {
  const shape = shapeOf(name);
  switch (shape.type) {
    case "structure":
      return structure(shape);
    case "list":
      return fc.array(valuesOf(shape.member), {
        minLength: Math.max(1, shape.min ?? 0),
        maxLength: Math.min(2, shape.max ?? 2),
      });
    case "map":
      return fc.tuple(valuesOf(shape.key), valuesOf(shape.value)).map(([key, value]) => ({ [String(key)]: value }));
    case "string":
      return strings(name, shape);
    case "blob":
      return fc.uint8Array({ minLength: 1, maxLength: 20 });
    case "boolean":
      return fc.boolean();
    case "timestamp":
      return fc.integer({ min: 1, max: 4_000_000_000 }).map((seconds) => new Date(seconds * 1000));
    default:
      return fc.integer({ min: Math.ceil(shape.min ?? 1), max: Math.floor(shape.max ?? 1_000_000) });
  }
}

function strings(name: string, shape: StringShape): fc.Arbitrary<string> {
  const { min = 1, max = 1000, pattern } = shape;
  if (shape.enum !== undefined) return fc.constantFrom(...shape.enum);
  const byHand = BY_HAND[name];
  if (byHand !== undefined) return fc.constant(byHand);
  const shortest = Math.max(1, min);
  if (pattern === undefined)
    return fc.stringMatching(new RegExp(`^[a-z]{${shortest},${Math.min(max, shortest + 5)}}$`));
  // Dots alone are a place in a path, not a name; spaces at an end are no part of a header.
  return fc
    .stringMatching(compile(pattern))
    .map((text) => text.padEnd(shortest, "a"))
    .filter((text) => !/^\.*$/.test(text) && text === text.trim() && brokenConstraints(shape, text).length === 0);
}
