import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer, type Socket } from "node:net";
import { brotliCompressSync, gzipSync } from "node:zlib";
import type { EgressRule, HttpRequestHead, HttpResponseHead } from "@sluice/core";
import type { BrokerReply } from "@sluice/sandbox";
import { GuestCalls, textOf } from "../testing/guest-calls.ts";
import type { NetworkBrokerOptions } from "./network-broker.ts";

const servers: (Server | TcpServer)[] = [];
const connections: Socket[] = [];
const guests: GuestCalls[] = [];
afterEach(async () => {
  for (const socket of connections.splice(0)) socket.destroy();
  await Promise.all(guests.splice(0).map((guest) => guest.network.stop()));
  await Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done))));
});

async function listen(server: Server | TcpServer): Promise<string> {
  servers.push(server);
  server.on("connection", (socket: Socket) => connections.push(socket));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const serve = (listener: RequestListener): Promise<string> => listen(createServer(listener));

type GuestOptions = Partial<NetworkBrokerOptions> & { readonly granted?: readonly string[] };

async function guestOf(egress: Partial<EgressRule> = {}, options: GuestOptions = {}): Promise<GuestCalls> {
  const guest = await GuestCalls.create({ allowPrivate: [], ...egress }, options);
  guests.push(guest);
  return guest;
}

let exchanges = 0;
function open(
  guest: GuestCalls,
  head: Partial<HttpRequestHead> & { url: string },
  body?: string,
): Promise<BrokerReply> {
  const full = {
    exchange: ++exchanges,
    method: "GET",
    headers: [],
    redirect: "follow",
    body: "whole",
    raw: false,
    ...head,
  };
  return guest.call("http.open", full, Buffer.from(body ?? ""));
}

/** The whole body, or the message of what went wrong. */
async function textAt(guest: GuestCalls, head: Parameters<typeof open>[1], body?: string): Promise<string> {
  const first = await open(guest, head, body);
  const exchange = String(exchanges);
  const parts = [first];
  while (parts.at(-1)?.ok && (parts.length === 1 ? headOf(first).more : textLine(parts.at(-1)) === "more")) {
    parts.push(await guest.call("http.read", exchange));
  }
  return parts.map(textOf).join("");
}

const textLine = (reply: BrokerReply | undefined): string => (reply?.ok ? reply.text : "");
const headOf = (reply: BrokerReply): HttpResponseHead => JSON.parse(reply.ok ? reply.text : "{}") as HttpResponseHead;

test("a private address needs both the function's asking and the tenant's grant", async () => {
  const at = await serve((_request, response) => response.end("in"));
  const head = { url: `http://${at}/` };
  expect(await open(await guestOf(), head)).toMatchObject({ ok: false, code: "Egress.Denied" });
  const ungranted = await guestOf({ allowPrivate: [at] }, { granted: [] });
  expect(textOf(await open(ungranted, head))).toContain(`add '${at}' to egress.allowPrivate`);
  expect(await textAt(await guestOf({ allowPrivate: [at] }), head)).toBe("in");
});

test("every address of a name is judged, and the judged one is connected to", async () => {
  const at = await serve((_request, response) => response.end("in"));
  const answers = [
    [
      { address: "93.184.216.34", family: 4 },
      { address: "127.0.0.1", family: 4 },
    ],
    [{ address: "169.254.169.254", family: 4 }],
    [{ address: "::ffff:127.0.0.1", family: 6 }],
  ];
  const asked: string[] = [];
  const resolve = async (name: string): Promise<(typeof answers)[0]> => {
    asked.push(name);
    return answers.shift() ?? [];
  };
  const guest = await guestOf({}, { resolve });
  const url = `http://rebind.test:${at.split(":")[1]}/`;
  for (let times = 0; times < 3; times++) {
    expect(await open(guest, { url })).toMatchObject({ ok: false, code: "Egress.Denied" });
  }
  // One answer for each connection: there is no second question that could be answered otherwise.
  expect(asked).toEqual(["rebind.test", "rebind.test", "rebind.test"]);
});

test("a name of the platform's own services is protected under its address as well", async () => {
  const at = await serve(() => undefined);
  const port = at.split(":")[1];
  const resolve = async (): Promise<{ address: string; family: number }[]> => [{ address: "10.9.8.7", family: 4 }];
  const guest = await guestOf(
    { allowPrivate: ["10.9.8.7", "alias.test"] },
    { resolve, protectedEndpoints: [`redis.local:${port}`] },
  );
  for (const host of ["10.9.8.7", "alias.test", "redis.local"]) {
    expect(await open(guest, { url: `http://${host}:${port}/` })).toMatchObject({ ok: false, code: "Egress.Denied" });
  }
});

test("a redirect is judged anew, and takes no credentials to another origin", async () => {
  const seen: (string | undefined)[] = [];
  const target = await serve((request, response) => {
    seen.push(request.headers.authorization, request.headers.cookie);
    response.end("there");
  });
  const start = await serve((_request, response) => response.writeHead(302, { location: `http://${target}/` }).end());
  const head = {
    url: `http://${start}/`,
    headers: [
      ["authorization", "secret"],
      ["cookie", "a=b"],
    ] as const,
  };
  expect(await open(await guestOf({ allowPrivate: [start] }), head)).toMatchObject({
    ok: false,
    code: "Egress.Denied",
  });
  const allowed = await guestOf({ allowPrivate: [start, target] });
  expect(await textAt(allowed, head)).toBe("there");
  expect(headOf(await open(allowed, { url: `http://${start}/` })).redirected).toBe(true);
  expect(seen).toEqual([undefined, undefined, undefined, undefined]);
});

test("a redirect repeats a whole body, changes the method as browsers do, and cannot repeat a stream", async () => {
  const target = await serve((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => response.end(`${request.method} ${body}`));
  });
  const start = await serve((request, response) => {
    request.resume().on("end", () => {
      response.writeHead(Number(request.url?.slice(1)), { location: `http://${target}/` }).end();
    });
  });
  const guest = await guestOf({ allowPrivate: [start, target] });
  const send = (status: number, redirect: "follow" | "manual" | "error" = "follow"): Promise<string> =>
    textAt(guest, { url: `http://${start}/${status}`, method: "POST", redirect }, "x");
  expect([await send(307), await send(303), await send(301)]).toEqual(["POST x", "GET ", "GET "]);
  expect(await send(302, "error")).toContain("redirected");
  const streamed = open(guest, { url: `http://${start}/307`, method: "POST", body: "follows" });
  await guest.call("http.write", String(exchanges), Buffer.from("x"));
  await guest.call("http.end", String(exchanges));
  expect(textOf(await streamed)).toContain("a stream cannot be sent twice");
});

test("an endless chain of redirects ends", async () => {
  const at = await serve((_request, response) => response.writeHead(302, { location: "/" }).end());
  const reply = await open(await guestOf({ allowPrivate: [at] }), { url: `http://${at}/` });
  expect(reply).toMatchObject({ ok: false, code: "Egress.Limit" });
});

test("a compressed body is decoded as it is read, and never further", async () => {
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
  const at = await serve((_request, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(bomb));
  const guest = await guestOf({ allowPrivate: [at] });
  const before = process.memoryUsage.rss();
  const reply = await open(guest, { url: `http://${at}/` });
  expect(headOf(reply).more).toBe(true);
  const next = await guest.call("http.read", String(exchanges));
  expect(next.ok && next.bytes?.length).toBeLessThanOrEqual(256 * 1024);
  expect(process.memoryUsage.rss() - before).toBeLessThan(48 * 1024 * 1024);
});

test.each([
  ["gzip", gzipSync("text")],
  ["br", brotliCompressSync("text")],
  ["gzip, br", brotliCompressSync(gzipSync("text"))],
  ["unknown", Buffer.from("text")],
])("Content-Encoding %s is undone unless the guest wants it raw", async (encoding, bytes) => {
  const at = await serve((_request, response) => response.writeHead(200, { "content-encoding": encoding }).end(bytes));
  const guest = await guestOf({ allowPrivate: [at] });
  expect(await textAt(guest, { url: `http://${at}/` })).toBe("text");
  expect(await textAt(guest, { url: `http://${at}/`, raw: true })).toBe(bytes.toString());
});

test("a body that breaks off is an error, not an end", async () => {
  const at = await listen(
    createTcpServer((socket) => {
      socket.once("data", () => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"));
    }),
  );
  const guest = await guestOf({ allowPrivate: [at] });
  expect(textOf(await open(guest, { url: `http://${at}/` }))).toBe("half");
  const rest = guest.call("http.read", String(exchanges));
  for (const socket of connections) socket.destroy();
  expect(await rest).toMatchObject({ ok: false, name: "TypeError" });
});

test("a server that sends no head, or stops in the middle of a body, is given up after the silence", async () => {
  const at = await serve((request, response) => {
    if (request.url === "/body") response.write("begun");
  });
  const guest = await guestOf({ allowPrivate: [at] }, { silenceMs: 50 });
  expect(await open(guest, { url: `http://${at}/` })).toMatchObject({ ok: false, code: "UND_ERR_HEADERS_TIMEOUT" });
  expect(headOf(await open(guest, { url: `http://${at}/body` })).more).toBe(true);
  expect(await guest.call("http.read", String(exchanges))).toMatchObject({ ok: false, code: "UND_ERR_BODY_TIMEOUT" });
});

test("framing and host headers are the client's own business", async () => {
  const at = await serve((request, response) => response.end(JSON.stringify(request.headers)));
  const headers = [
    ["host", "other"],
    ["transfer-encoding", "chunked"],
    ["content-length", "99"],
    ["x-kept", "yes"],
  ] as const;
  const got = JSON.parse(
    await textAt(await guestOf({ allowPrivate: [at] }), { url: `http://${at}/`, headers }),
  ) as object;
  expect(got).toMatchObject({ host: at, "x-kept": "yes" });
  expect(got).not.toHaveProperty("transfer-encoding");
  expect(got).not.toHaveProperty("content-length");
});

test.each([
  ["a header's value", { headers: [["x", "a\r\ny: z"]] as const }],
  ["a header's name", { headers: [["x\r\ny", "z"]] as const }],
  ["the method", { method: "GET / HTTP/1.1\r\nx: y\r\n\r\n" }],
])("a line break in %s does not get through", async (_, head) => {
  let requests = 0;
  const at = await serve((_request, response) => {
    requests += 1;
    response.end();
  });
  const reply = await open(await guestOf({ allowPrivate: [at] }), { url: `http://${at}/`, ...head });
  expect(reply).toMatchObject({ ok: false });
  expect(requests).toBe(0);
});

test.each(["file:///etc/passwd", "data:text/plain,x", "ftp://example.com/"])("%s is refused", async (url) => {
  expect(await open(await guestOf(), { url })).toMatchObject({ ok: false, code: "Egress.Denied" });
});

test("an exchange is nobody's but its environment's, and goes with it", async () => {
  let closed: () => void = () => undefined;
  const gone = new Promise<void>((done) => {
    closed = done;
  });
  const at = await serve((_request, response) => {
    response.on("close", closed);
    response.write("begun");
  });
  const guest = await guestOf({ allowPrivate: [at] });
  await open(guest, { url: `http://${at}/` });
  for (const other of [guest.neighbour(), guest.neighbour("other")]) {
    expect(await other.call("http.read", String(exchanges))).toMatchObject({ ok: false, code: "Egress.Closed" });
    await other.call("http.cancel", String(exchanges));
  }
  expect(guest.network.open.exchanges).toBe(1);
  guest.environment.abort();
  await gone;
  expect(guest.network.open.exchanges).toBe(0);
});

test("an exchange goes when its run has ended and nobody asks, and stays when the next run reads on", async () => {
  const at = await serve((_request, response) => response.write("begun"));
  const guest = await guestOf({ allowPrivate: [at] }, { orphanMs: 40 });
  await open(guest, { url: `http://${at}/` });
  guest.run.abort();
  guest.run = new AbortController();
  const read = guest.call("http.read", String(exchanges));
  await new Promise((done) => setTimeout(done, 80));
  expect(guest.network.open.exchanges).toBe(1);
  guest.run.abort();
  expect(await read).toMatchObject({ ok: false });
  expect(guest.network.open.exchanges).toBe(0);
});
