import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { DEFAULT_FUNCTION_CONFIG, type FetchRequestHead, type FunctionVersion, HOST_CALLS } from "@sluice/core";
import type { BrokerReply } from "@sluice/sandbox";
import { createMemoryStores } from "@sluice/store";
import { FetchBroker } from "./fetch.ts";

const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done))));
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Send {
  readonly head: Partial<FetchRequestHead> & { readonly url: string };
  readonly allowPrivate?: readonly string[];
  readonly granted?: readonly string[];
  readonly protectedEndpoints?: readonly string[];
  readonly signal?: AbortSignal;
  readonly memoryMb?: number;
}

async function send(options: Send): Promise<BrokerReply> {
  const { keys } = createMemoryStores({ now: () => 0 });
  await keys.putTenant({ name: "default", privateEgress: options.granted ?? ["*"] });
  const broker = new FetchBroker({ keys, protectedEndpoints: options.protectedEndpoints ?? [] });
  const functionVersion: FunctionVersion = {
    tenant: "default",
    name: "f",
    version: "1",
    codeDigest: "",
    codeBytes: 0,
    sourceMapDigest: null,
    createdAt: 0,
    config: {
      ...DEFAULT_FUNCTION_CONFIG,
      memoryMb: options.memoryMb ?? 128,
      egress: { allowPrivate: options.allowPrivate ?? [] },
    },
  };
  const head: FetchRequestHead = { method: "GET", headers: [], redirect: "follow", ...options.head };
  try {
    return await broker.handle({
      functionVersion,
      version: {
        key: "",
        tenant: "default",
        definition: {} as never,
        loadCode: () => Promise.reject(new Error("unused")),
      },
      invocationId: "",
      op: HOST_CALLS["http.fetch"].op,
      text: JSON.stringify(head),
      bytes: new Uint8Array(0),
      signal: options.signal ?? new AbortController().signal,
    });
  } finally {
    await broker.stop();
  }
}

const textOf = (reply: BrokerReply): string => (reply.ok ? Buffer.from(reply.bytes ?? []).toString() : reply.message);

test("a private address needs both the function's asking and the tenant's grant", async () => {
  const at = await serve((_request, response) => response.end("in"));
  const head = { url: `http://${at}/` };
  expect(await send({ head })).toMatchObject({ ok: false, code: "Egress.Denied" });
  expect(await send({ head, allowPrivate: [at], granted: [] })).toMatchObject({ ok: false, code: "Egress.Denied" });
  expect(textOf(await send({ head, allowPrivate: [at] }))).toBe("in");
  expect(textOf(await send({ head, allowPrivate: ["127.0.0.1"] }))).toBe("in");
});

test("a name that resolves to this machine is no way round", async () => {
  const at = await serve((_request, response) => response.end("in"));
  const port = at.split(":")[1];
  expect(await send({ head: { url: `http://localhost:${port}/` } })).toMatchObject({
    ok: false,
    code: "Egress.Denied",
  });
});

test.each(["127.0.0.1", "localhost", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"])(
  "the platform's own endpoint is refused as %s, whatever the manifest allows",
  async (host) => {
    const reply = await send({
      head: { url: `http://${host}:9464/metrics` },
      allowPrivate: [host, "127.0.0.1", "localhost", "0.0.0.0", "[::1]", "::ffff:7f00:1"],
      protectedEndpoints: ["127.0.0.1:9464"],
    });
    expect(reply).toMatchObject({ ok: false, code: "Egress.Denied" });
  },
);

test("a redirect is judged like a first request, and takes no credentials to another origin", async () => {
  const seen: (string | undefined)[] = [];
  const target = await serve((request, response) => {
    seen.push(request.headers.authorization);
    response.end("there");
  });
  const start = await serve((_request, response) => response.writeHead(302, { location: `http://${target}/` }).end());
  const head = { url: `http://${start}/`, headers: [["authorization", "secret"]] as const };
  expect(await send({ head, allowPrivate: [start] })).toMatchObject({ ok: false, code: "Egress.Denied" });
  expect(textOf(await send({ head, allowPrivate: [start, target] }))).toBe("there");
  expect(seen).toEqual([undefined]);
});

test("the limit is on decoded bytes and follows the function's memory", async () => {
  const bomb = gzipSync(Buffer.alloc(20 * 1024 * 1024));
  const at = await serve((_request, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(bomb));
  const reply = await send({ head: { url: `http://${at}/` }, allowPrivate: [at], memoryMb: 16 });
  expect(reply).toMatchObject({ ok: false, code: "Egress.Denied" });
  expect(textOf(reply)).toContain(`larger than ${16 * 1024 * 1024} bytes`);
});

test("the end of the run ends the request", async () => {
  const abort = new AbortController();
  const at = await serve(() => abort.abort());
  const reply = await send({ head: { url: `http://${at}/` }, allowPrivate: [at], signal: abort.signal });
  expect(reply).toMatchObject({ ok: false, code: "Egress.Timeout" });
});

test("framing and host headers are the client's own business", async () => {
  const at = await serve((request, response) => response.end(JSON.stringify(request.headers)));
  const headers = [
    ["host", "other"],
    ["transfer-encoding", "chunked"],
    ["x-kept", "yes"],
  ] as const;
  const got = JSON.parse(textOf(await send({ head: { url: `http://${at}/`, headers }, allowPrivate: [at] }))) as object;
  expect(got).toMatchObject({ host: at, "x-kept": "yes" });
  expect(got).not.toHaveProperty("transfer-encoding");
});

test("other schemes are refused", async () => {
  expect(await send({ head: { url: "file:///etc/passwd" } })).toMatchObject({ ok: false, code: "Egress.Denied" });
});
