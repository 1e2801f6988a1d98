import { manifestJsonSchema } from "@sluice/core";
import { openApiDocument } from "./openapi.ts";
import { defineOperation, type Operation, reply } from "./operation.ts";

/** Public descriptions: the manifest's JSON Schema for editors, and this API itself. */
export function documentOperations(describedOperations: () => readonly Operation[]): Operation[] {
  return [
    defineOperation({
      id: "getManifestSchema",
      method: "get",
      path: "/manifest.schema.json",
      access: "public",
      summary: "JSON Schema of sluice.yaml",
      replies: { 200: { description: "JSON Schema 2020-12", schemas: ["JsonDocument"] } },
      handle: async () => reply(200, manifestJsonSchema()),
    }),
    defineOperation({
      id: "getOpenApi",
      method: "get",
      path: "/openapi.json",
      access: "public",
      summary: "This document",
      replies: { 200: { description: "OpenAPI 3.1", schemas: ["JsonDocument"] } },
      handle: async () => reply(200, openApiDocument(describedOperations())),
    }),
  ];
}
