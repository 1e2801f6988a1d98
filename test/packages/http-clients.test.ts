import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { gzipSync } from "node:zlib";
import { NetworkPool } from "../sandbox/network-pool.ts";
import { valueOf } from "../sandbox/trial-pool.ts";
import { makeCertificate } from "../support/certificate.ts";
import { eventually } from "../support/eventually.ts";
import { LocalServers } from "../support/local-servers.ts";
import { bundleSource } from "./bundle.ts";
import { describePackage } from "./package-trial.ts";

let pool: NetworkPool;
const servers = new LocalServers();
const certificate = makeCertificate();

beforeAll(async () => {
  pool = await NetworkPool.start();
});
afterEach(() => servers.close());
afterAll(() => pool.stop());

async function serve(listener: RequestListener, secure = false): Promise<string> {
  const server = secure ? createSecureServer({ ...certificate }, listener) : createServer(listener);
  return `${secure ? "https" : "http"}://localhost:${await servers.listen(server)}`;
}

async function run(source: string, event: unknown): Promise<unknown> {
  const code = await bundleSource(source);
  return valueOf(await pool.run(pool.define({ code, timeoutMs: 15_000 }), event));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Says what it was sent. */
const mirror: RequestListener = (request, response) => {
  void bodyOf(request).then((body) => {
    if (request.url === "/redirect") {
      response.writeHead(302, { location: "/there" }).end("moved");
      return;
    }
    const { method, url, headers } = request;
    const json = JSON.stringify({
      method,
      url,
      size: body.length,
      body: body.slice(0, 500),
      type: headers["content-type"],
      length: headers["content-length"],
      chunked: headers["transfer-encoding"],
      auth: headers.authorization,
      x: headers["x-thing"],
    });
    response.writeHead(
      request.url === "/missing" ? 404 : 200,
      [
        ["Content-Type", "application/json"],
        ["Content-Encoding", "gzip"],
        ["Set-Cookie", "a=1"],
        ["Set-Cookie", "b=2"],
        ["X-Thing", "one"],
        ["x-thing", "two"],
      ].flat(),
    );
    response.end(gzipSync(json));
  });
};

describe("node:http", () => {
  test("a response is as it came: raw headers, no redirect, no decoding", async () => {
    const source = `
      const http = require("node:http");
      const { once } = require("node:events");
      const zlib = require("node:zlib");
      export const handler = async (base) => {
        const [response] = await once(http.get(base + "/a?b=c", { headers: { "X-Thing": ["p", "q"] } }), "response");
        const chunks = [];
        for await (const chunk of response) chunks.push(chunk);
        const [moved] = await once(http.get(base + "/redirect"), "response");
        moved.resume();
        return {
          said: JSON.parse(zlib.gunzipSync(Buffer.concat(chunks)).toString()),
          status: [response.statusCode, response.statusMessage, response.httpVersion, response.complete],
          headers: [response.headers["set-cookie"], response.headers["x-thing"], response.headers["content-type"]],
          raw: response.rawHeaders.slice(8, 12),
          moved: [moved.statusCode, moved.headers.location],
        };
      };`;
    expect(await run(source, await serve(mirror))).toEqual({
      said: { method: "GET", url: "/a?b=c", size: 0, body: "", x: "p, q" },
      status: [200, "OK", "1.1", true],
      headers: [["a=1", "b=2"], "one, two", "application/json"],
      raw: ["X-Thing", "one", "x-thing", "two"],
      moved: [302, "/there"],
    });
  });

  test("a body is written at once, in pieces, or by a pipe; what is long is not held back", async () => {
    const source = `
      const http = require("node:http");
      const { Readable } = require("node:stream");
      const zlib = require("node:zlib");
      const send = (base, options, write) => new Promise((resolve, reject) => {
        const request = http.request(base, options, async (response) => {
          const chunks = [];
          for await (const chunk of response) chunks.push(chunk);
          const { size, ...rest } = JSON.parse(zlib.gunzipSync(Buffer.concat(chunks)).toString());
          resolve([size, rest.length ?? null, rest.chunked ?? null]);
        });
        request.on("error", reject);
        write(request);
      });
      export const handler = async (base) => [
        await send(base, { method: "POST" }, (request) => request.end("hello")),
        await send(base, { method: "PUT" }, (request) => { request.write("a"); setTimeout(() => request.end("b"), 20); }),
        await send(base, { method: "PUT", headers: { "Content-Length": 600000 } }, (request) => Readable.from([Buffer.alloc(300000), Buffer.alloc(300000)]).pipe(request)),
      ];`;
    expect(await run(source, await serve(mirror))).toEqual([
      [5, "5", null],
      [2, null, "chunked"],
      [600_000, "600000", null],
    ]);
  });

  test("errors, timeouts, destruction and signals are events as in Node", async () => {
    const hangs = await serve(() => undefined);
    const source = `
      const http = require("node:http");
      const { once } = require("node:events");
      const failure = async (request) => { try { await once(request, "response"); } catch (error) { return [error.name, error.code, error.message]; } };
      export const handler = async (base) => {
        const slow = http.get(base, { timeout: 30 });
        slow.on("timeout", () => slow.destroy(new Error("too late")));
        const late = failure(slow);
        const given = http.get(base);
        setTimeout(() => given.destroy(), 10);
        const destroyed = failure(given);
        const abort = new AbortController();
        setTimeout(() => abort.abort(), 10);
        const signalled = failure(http.get(base, { signal: abort.signal }));
        const refusals = [];
        for (const attempt of [() => http.createServer(), () => http.request({ path: "/a b" }), () => http.request({ headers: { a: "x\\r\\ny" } }), () => http.request({ headers: { Connection: "Upgrade" } })]) {
          try { attempt(); } catch (error) { refusals.push(error.code); }
        }
        return [await failure(http.get("http://127.0.0.1:1/")), (await late)[2], await destroyed, await signalled, refusals];
      };`;
    expect(await run(source, hangs)).toEqual([
      ["Error", "ECONNREFUSED", "connect ECONNREFUSED 127.0.0.1:1"],
      "too late",
      ["Error", "ECONNRESET", "socket hang up"],
      ["AbortError", "ABORT_ERR", "The operation was aborted"],
      [
        "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM",
        "ERR_UNESCAPED_CHARACTERS",
        "ERR_INVALID_CHAR",
        "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM",
      ],
    ]);
    await eventually(
      () => pool.network.open.exchanges,
      (open) => open === 0,
    );
  });

  test("https checks certificates, and takes one's own authorities", async () => {
    const source = `
      const https = require("node:https");
      const { once } = require("node:events");
      export const handler = async ({ base, ca }) => {
        const status = async (options) => { try { const [r] = await once(https.get(base, options), "response"); r.resume(); return r.statusCode; } catch (error) { return error.code; } };
        return [await status({}), await status({ ca }), await status({ rejectUnauthorized: false }), await status({ agent: new https.Agent({ keepAlive: true, ca }) })];
      };`;
    const base = await serve((_request, response) => response.end("ok"), true);
    expect(await run(source, { base, ca: certificate.cert })).toEqual(["DEPTH_ZERO_SELF_SIGNED_CERT", 200, 200, 200]);
  });
});

describePackage("axios", () => {
  test("by its adapter for Node", async () => {
    const source = `
      import axios from "axios";
      import http from "node:http";
      export const handler = async (base) => {
        const client = axios.create({ baseURL: base, httpAgent: new http.Agent({ keepAlive: true }), adapter: "http" });
        const posted = await client.post("/p", { a: 1 }, { auth: { username: "u", password: "p" } });
        const followed = await client.get("/redirect");
        const missing = await client.get("/missing").catch((error) => [error.code, error.response.status]);
        const late = await axios.get(base, { timeout: 1, adapter: "http", signal: AbortSignal.abort() }).catch((error) => error.code);
        const stream = await client.get("/s", { responseType: "stream" });
        let text = "";
        for await (const chunk of stream.data) text += chunk;
        return [posted.data, posted.headers["set-cookie"], followed.data.url, missing, late, JSON.parse(text).url];
      };`;
    expect(await run(source, await serve(mirror))).toEqual([
      expect.objectContaining({
        method: "POST",
        body: '{"a":1}',
        type: "application/json",
        auth: "Basic dTpw",
        length: "7",
      }),
      ["a=1", "b=2"],
      "/there",
      ["ERR_BAD_REQUEST", 404],
      "ERR_CANCELED",
      "/s",
    ]);
  });

  test("by its adapter for fetch, and with a form", async () => {
    const source = `
      import axios from "axios";
      export const handler = async (base) => {
        const client = axios.create({ baseURL: base, adapter: "fetch" });
        const { data } = await client.post("/p", { a: 1 }, { headers: { "X-Thing": "v" } });
        const missing = await client.get("/missing").catch((error) => [error.code, error.response.status]);
        const form = new FormData();
        form.append("field", "value");
        const { data: posted } = await axios.post(base, form);
        return [data.x, data.body, missing, posted.type.split(";")[0], posted.body.includes("value")];
      };`;
    const answer = ["v", '{"a":1}', ["ERR_BAD_REQUEST", 404], "multipart/form-data", true];
    expect(await run(source, await serve(mirror))).toEqual(answer);
  });
});

describePackage("node-fetch", () => {
  test("requests, redirects, forms and errors", async () => {
    const source = `
      import fetch, { FormData } from "node-fetch";
      export const handler = async (base) => {
        const response = await fetch(base + "/redirect", { headers: { "x-thing": "v" } });
        const form = new FormData();
        form.set("field", "value");
        const posted = await (await fetch(base, { method: "POST", body: form })).json();
        const failure = await fetch("http://127.0.0.1:1/").catch((error) => [error.name, error.code]);
        return [response.url.endsWith("/there"), response.redirected, (await response.json()).x, posted.type.split(";")[0], posted.body.includes("value"), failure];
      };`;
    expect(await run(source, await serve(mirror))).toEqual([
      true,
      true,
      "v",
      "multipart/form-data",
      true,
      ["FetchError", "ECONNREFUSED"],
    ]);
  });
});
