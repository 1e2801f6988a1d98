import { ERROR_CODES, type ErrorCode, manifestJsonSchema } from "@sluice/core";
import { z } from "zod";
import { COMPONENTS, type ComponentName } from "./components.ts";
import type { Operation } from "./operation.ts";

type Json = Record<string, unknown>;

const COMMON_ERRORS: readonly ErrorCode[] = ["Request.Malformed", "Internal.Error"];
const KEY_ERRORS: readonly ErrorCode[] = ["Auth.Missing", "Auth.Invalid", "Auth.Forbidden", "Service.Unavailable"];

/** OpenAPI 3.1 of the given operations, from the very schemas that check requests. */
export function openApiDocument(operations: readonly Operation[]): Json {
  const paths: Record<string, Json> = {};
  for (const operation of operations) (paths[operation.path] ??= {})[operation.method] = describeOperation(operation);
  return {
    openapi: "3.1.0",
    info: { title: "Sluice platform API", version: "1", description: "Deploy, invoke and watch functions." },
    servers: [{ url: "/api/v1" }],
    security: [{ key: [] }],
    paths,
    components: {
      schemas: componentSchemas(),
      securitySchemes: {
        key: {
          type: "http",
          scheme: "bearer",
          description: "<access key id>.<secret access key> of .sluice/credentials, or of a key made with createKey",
        },
      },
    },
  };
}

function componentSchemas(): Json {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(COMPONENTS)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { uri: (id) => `#/components/schemas/${id}`, io: "output" });
  const named = Object.entries(schemas).map(([id, schema]): [string, Json] => [id, withoutIdentity(schema)]);
  return { ...Object.fromEntries(named), FunctionOptions: functionOptionsSchema() };
}

/** A function as `sluice.yaml` describes it, without the entry file: the deploying side has bundled that. */
function functionOptionsSchema(): Json {
  const manifest = manifestJsonSchema() as { properties: { functions: { additionalProperties: Json } } };
  const { properties, required, ...rest } = manifest.properties.functions.additionalProperties as {
    properties: Json;
    required?: readonly string[];
  };
  const { entry: _entry, ...options } = properties;
  return { ...rest, properties: options, required: (required ?? []).filter((name) => name !== "entry") };
}

function describeOperation(operation: Operation): Json {
  const { id, summary, access, actions, params, query } = operation;
  return {
    operationId: id,
    summary,
    ...(access === "public" ? { security: [] } : { description: `Needs ${actions.join(", ")}.` }),
    parameters: [...describeFields(params, "path"), ...describeFields(query, "query")],
    ...describeBody(operation),
    responses: { ...describeReplies(operation), ...describeErrors(operation) },
  };
}

function describeFields(schema: z.ZodObject, place: "path" | "query"): Json[] {
  const { properties = {}, required = [] } = toJsonSchema(schema) as { properties?: Json; required?: string[] };
  return Object.entries(properties).map(([name, field]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    schema: field,
  }));
}

function describeBody({ bodyKind, bodySchema, id }: Operation): Json {
  if (bodyKind === "none") return {};
  const schema: Json = bodySchema === undefined ? { description: "The event: any JSON" } : toJsonSchema(bodySchema);
  if (id === "putFunction") (schema["properties"] as Json)["options"] = reference("FunctionOptions");
  const required = bodySchema?.safeParse({}).success === false;
  return { requestBody: { required, content: { "application/json": { schema } } } };
}

function describeReplies({ replies }: Operation): Json {
  return Object.fromEntries(
    Object.entries(replies).map(([status, { description, schemas }]): [string, Json] => {
      const references = schemas.map(reference);
      if (references.length === 0) return [status, { description }];
      const schema = references.length === 1 ? references[0] : { anyOf: references };
      return [status, { description, content: { "application/json": { schema } } }];
    }),
  );
}

function describeErrors({ access, errors }: Operation): Json {
  const codes = [...COMMON_ERRORS, ...(access === "key" ? KEY_ERRORS : []), ...errors];
  const byStatus = Map.groupBy(codes, (code) => String(ERROR_CODES[code].status));
  return Object.fromEntries(
    [...byStatus].map(([status, of]): [string, Json] => {
      const description = of.map((code) => `${code}: ${ERROR_CODES[code].meaning}`).join(" ");
      return [status, { description, content: { "application/json": { schema: reference("ErrorBody") } } }];
    }),
  );
}

function reference(name: ComponentName | "FunctionOptions"): Json {
  return { $ref: `#/components/schemas/${name}` };
}

function toJsonSchema(schema: z.ZodType): Json {
  return withoutIdentity(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }));
}

/** `$schema` and `$id` belong to documents, not to parts of one. */
function withoutIdentity(schema: object): Json {
  const { $schema: _schema, $id: _id, id: _plainId, ...rest } = schema as Json;
  return rest;
}
