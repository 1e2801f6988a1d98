import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type ClientHttp2Session, connect } from "node:http2";
import { type AddressInfo, connect as connectTcp } from "node:net";
import { text } from "node:stream/consumers";
import { acceptHttp2 } from "./http2.ts";

let server: Server;
let port: number;
let close: () => void;

beforeEach(async () => {
  const listener = async (
    request: import("node:http").IncomingMessage,
    response: import("node:http").ServerResponse,
  ) => {
    const body = await text(request);
    response.writeHead(200, { "content-type": "text/plain" });
    response.end(`${request.httpVersion} ${request.method} ${request.headers.host} ${body.length}`);
  };
  const handle = (...args: Parameters<typeof listener>): void => void listener(...args);
  server = createServer({ headersTimeout: 100, requestTimeout: 200, connectionsCheckingInterval: 50 }, handle);
  close = acceptHttp2(server, handle);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  port = (server.address() as AddressInfo).port;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function post(client: ClientHttp2Session, bytes: number): Promise<string> {
  const stream = client.request({ ":method": "POST", ":path": "/" });
  stream.end(Buffer.alloc(bytes, "x"));
  return await text(stream);
}

test("HTTP/2 and HTTP/1 are served on one port, large bodies and many at once as well", async () => {
  const client = connect(`http://127.0.0.1:${port}`);
  const host = `127.0.0.1:${port}`;
  expect(await post(client, 300_000)).toBe(`2.0 POST ${host} 300000`);
  const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => post(client, index)));
  expect(answers).toEqual(answers.map((_, index) => `2.0 POST ${host} ${index}`));
  const response = await fetch(`http://${host}/`, { method: "POST", body: "abc" });
  expect(await response.text()).toBe(`1.1 POST ${host} 3`);
  client.close();
});

test("a session outlives the time that HTTP/1 allows a request, and ends when the server asks", async () => {
  const client = connect(`http://127.0.0.1:${port}`);
  await post(client, 1);
  // The clock of HTTP/1 ends a connection that is silent from the start in the meantime.
  const silent = connectTcp(port, "127.0.0.1");
  silent.resume().write("GET / HTTP/1.1\r\n");
  await once(silent, "close");
  expect(await post(client, 1)).toContain("2.0 POST");
  const closed = once(client, "close");
  close();
  await closed;
});

test("what is neither is refused as before", async () => {
  const socket = connectTcp(port, "127.0.0.1");
  socket.write("NONSENSE\r\n\r\n");
  expect(await text(socket)).toMatch(/^HTTP\/1.1 400 Bad Request/);
  const half = connectTcp(port, "127.0.0.1");
  half.write(`PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${"x".repeat(100)}`);
  half.resume();
  await once(half, "close");
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
});
