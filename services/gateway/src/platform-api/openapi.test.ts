import { manifestJsonSchema } from "@sluice/core";
import type { Router } from "express";
import { createPlatformApi } from "./platform-api.ts";
import type { PlatformApiDeps } from "./operation.ts";
import { type ApiServer, startApiServer } from "./testing/api-server.ts";
import { send } from "./testing/http.ts";

let api: ApiServer;
beforeAll(async () => {
  api = await startApiServer();
});
afterAll(() => api.stop());

type Json = Record<string, unknown>;

async function document(): Promise<Json> {
  return (await send(api, "GET", "/openapi.json", { token: null })).body as Json;
}

/** Every `METHOD path` that Express itself would route. */
function routesOf(router: Router): string[] {
  return router.stack.flatMap(({ route }) => {
    if (route === undefined) return [];
    const path = route.path.replaceAll(/:(\w+)/g, "{$1}");
    const methods = route.stack.map((layer) => layer.method).filter((method) => method !== undefined);
    return [...new Set(methods)].map((method) => `${method} ${path}`);
  });
}

test("every route is described, and everything described is a route", async () => {
  const { paths } = (await document()) as { paths: Record<string, Json> };
  const described = Object.entries(paths).flatMap(([path, on]) => Object.keys(on).map((method) => `${method} ${path}`));
  const router = createPlatformApi({ keys: api.stores.keys } as PlatformApiDeps);
  expect(described.sort()).toEqual(routesOf(router).sort());
  expect(described).toHaveLength(19);
});

test("every reference leads somewhere, every path parameter is described, and operation ids are unique", async () => {
  const text = JSON.stringify(await document());
  const { paths, components } = JSON.parse(text) as {
    paths: Record<string, Record<string, { operationId: string; parameters: { name: string; in: string }[] }>>;
    components: { schemas: Json };
  };
  for (const [, name] of text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)) {
    expect(Object.keys(components.schemas)).toContain(name);
  }
  expect(text.match(/"\$ref":"(?!#\/components\/schemas\/)/)).toBeNull();
  const operations = Object.entries(paths).flatMap(([path, on]) =>
    Object.values(on).map((operation) => ({ path, operation })),
  );
  expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length);
  for (const { path, operation } of operations) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    expect(operation.parameters.filter((field) => field.in === "path").map((field) => field.name)).toEqual(inPath);
  }
});

test("the manifest's schema is public", async () => {
  const { status, body } = await send(api, "GET", "/manifest.schema.json", { token: null });
  expect([status, body]).toEqual([200, JSON.parse(JSON.stringify(manifestJsonSchema()))]);
});
