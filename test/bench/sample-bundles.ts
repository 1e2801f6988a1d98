import { bundleSource } from "../packages/bundle.ts";

/**
 * Functions as people deploy them: most of the code is packages, of which a call uses a small part. Bundled as
 * `sluice deploy` does. All of it runs without Node's modules, so that a bare isolate can run it as well. With
 * `holdMs` in the event the handler waits, and so keeps its isolate.
 */
const HOLD = "if (event.holdMs) await new Promise((done) => setTimeout(done, event.holdMs));";

/** Some 400 KB: a client of GitHub, dates and time zones. */
const CLIENT = `
import { Octokit } from "@octokit/rest";
import { DateTime } from "luxon";
const client = new Octokit({ userAgent: "sample" });
export const handler = async (event) => {
  ${HOLD}
  const { url } = client.request.endpoint("GET /users/{name}", { name: event.name });
  return { url, year: DateTime.fromISO("2026-10-01T10:00:00Z", { zone: "utc" }).year };
};`;

/** Some 1 MB: the same with schemas, dates and time zones. */
const SERVICE = `
import { Hono } from "hono";
import { DateTime } from "luxon";
import { marked } from "marked";
import { z } from "zod";
const schema = z.object({ name: z.string().min(1), at: z.iso.datetime().optional() });
const app = new Hono();
app.get("/", (context) => context.text("hello"));
export const handler = async (event) => {
  ${HOLD}
  const { name } = schema.parse(event);
  const year = DateTime.fromISO("2026-10-01T10:00:00Z", { zone: "utc" }).year;
  return { html: marked.parse("# Hello, " + name), year, routes: app.routes.length };
};`;

export interface SampleBundle {
  readonly name: string;
  readonly title: string;
  readonly code: string;
}

export async function sampleBundles(): Promise<readonly SampleBundle[]> {
  const sources = [
    { name: "bundle-400k", source: CLIENT },
    { name: "bundle-1m", source: SERVICE },
  ];
  return await Promise.all(
    sources.map(async ({ name, source }) => {
      const code = await bundleSource(source);
      const title = `Cold start of a bundle of ${Math.round(code.length / 1_024)} KB, when its cell has had it before`;
      return { name, title, code };
    }),
  );
}
