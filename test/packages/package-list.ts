/**
 * Packages of npm that run in functions unmodified, each with what its tests do. `docs/runtime.md` has this list, and
 * `test/runtime-page.test.ts` checks that it and the tests agree.
 */
export const PACKAGES = {
  "@aws-lambda-powertools/logger": "JSON log lines with the invocation's context, by middleware",
  "@aws-lambda-powertools/metrics": "metrics in embedded metric format, with the cold start",
  "@aws-sdk/client-dynamodb": "puts and gets items, signed; typed errors",
  "@aws-sdk/client-s3": "puts, gets and lists objects with credentials from the environment; streams; typed errors",
  "@jsquash/jpeg": "encodes and decodes pictures, in WebAssembly",
  "@middy/core": "middleware before, after and on errors",
  "@octokit/rest": "requests, pagination, errors",
  "@slack/web-api": "posts messages, errors of the platform",
  ajv: "compiles JSON Schema, with formats (`new Function` is allowed)",
  axios: "requests by its adapters for Node and for fetch, redirects, errors, streams, agents",
  cheerio: "parses, selects and changes HTML",
  "csv-parse": "by streams and at once",
  "date-fns": "arithmetic, formats and locales",
  dayjs: "arithmetic and time zones",
  "fast-xml-parser": "parses and builds XML",
  handlebars: "compiles templates, helpers",
  hono: "an application behind `hono/aws-lambda` and as a web handler",
  ioredis: "commands, pipelines and subscriptions against Redis, on connections that last",
  jose: "JWS, JWE and JWK of all usual algorithms",
  jsonwebtoken: "HS, RS, PS and ES tokens in both directions",
  lodash: "collections, templates, deep copies",
  luxon: "time zones, locales and formats by Intl",
  marked: "Markdown with tables",
  nanoid: "ids of several alphabets",
  "node-fetch": "requests, forms, redirects, errors",
  openai: "answers at once and streamed, errors",
  pg: "queries, transactions, TLS and errors against PostgreSQL, on connections that last",
  stripe: "requests, errors, and signatures of webhooks",
  uuid: "versions 1, 4, 5 and 7",
  yaml: "reads and writes YAML, errors with their place",
  zod: "schemas, errors, JSON Schema",
} as const satisfies Readonly<Record<string, string>>;

export type PackageName = keyof typeof PACKAGES;
