import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { eventually } from "../support/eventually.ts";
import { NetworkPool } from "./network-pool.ts";
import { valueOf } from "./trial-pool.ts";

let pool: NetworkPool;
let server: WebSocketServer;
let port: number;
const sockets: WebSocket[] = [];

beforeAll(async () => {
  pool = await NetworkPool.start();
  server = new WebSocketServer({
    port: 0,
    host: "127.0.0.1",
    handleProtocols: (protocols) => (protocols.has("second") ? "second" : false),
  });
  server.on("connection", (socket) => {
    sockets.push(socket);
    socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  await new Promise((done) => server.once("listening", done));
  ({ port } = server.address() as AddressInfo);
});

afterAll(async () => {
  await pool.stop();
  for (const socket of server.clients) socket.terminate();
  await new Promise((done) => server.close(done));
});

const OPEN = `
  const open = (url, protocols) => new Promise((resolve, reject) => {
    const socket = new WebSocket(url, protocols);
    socket.onopen = () => resolve(socket);
    socket.onerror = (event) => reject(Object.assign(new Error(event.message), { code: event.error?.code }));
  });
  const next = (socket, type = 'message') => new Promise((resolve) => socket.addEventListener(type, resolve, { once: true }));`;

async function run(body: string, event: unknown = port): Promise<unknown> {
  const version = pool.define({ code: `${OPEN}\nexports.handler = async (event) => {${body}\n};` });
  return valueOf(await pool.run(version, event));
}

test("text and bytes go there and come back, and a close says its code", async () => {
  const body = `const socket = await open('ws://127.0.0.1:' + event + '/path', ['first', 'second']);
    socket.binaryType = 'arraybuffer';
    socket.send('grüezi');
    const text = (await next(socket)).data;
    socket.send(new Uint8Array([1, 2, 255]).subarray(1));
    const bytes = [...new Uint8Array((await next(socket)).data)];
    socket.send(new Blob(['blob']));
    const blob = (await next(socket)).data.byteLength;
    socket.close(3001, 'enough');
    const { code, reason, wasClean } = await next(socket, 'close');
    return [text, bytes, blob, socket.protocol, code, reason, wasClean, socket.readyState, WebSocket.OPEN];`;
  expect(await run(body)).toEqual(["grüezi", [2, 255], 4, "second", 3001, "enough", true, 3, 1]);
  await eventually(
    () => pool.network.open.webSockets,
    (open) => open === 0,
  );
});

test("what the other side ends is told, cleanly or not", async () => {
  const count = sockets.length;
  const body = `const socket = await open('ws://127.0.0.1:' + event);
    const { code, reason, wasClean } = await next(socket, 'close');
    return [code, reason, wasClean];`;
  const closed = run(body);
  await eventually(
    () => sockets.length,
    (now) => now === count + 1,
  );
  sockets.at(-1)?.close(1013, "later");
  expect(await closed).toEqual([1013, "later", true]);
  const lost = run(body);
  await eventually(
    () => sockets.length,
    (now) => now === count + 2,
  );
  sockets.at(-1)?.terminate();
  expect(await lost).toEqual([1006, "", false]);
});

test("it stays open to the next invocation, and pings are answered meanwhile", async () => {
  const version = pool.define({
    code: `${OPEN} let socket;
      exports.handler = async (port) => {
        if (socket === undefined) { socket = await open('ws://127.0.0.1:' + port); return 'open'; }
        socket.send('again');
        return (await next(socket)).data;
      };`,
  });
  expect(valueOf(await pool.run(version, port))).toBe("open");
  const pong = new Promise((done) => sockets.at(-1)?.once("pong", done));
  sockets.at(-1)?.ping();
  await pong;
  expect(valueOf(await pool.run(version, port))).toBe("again");
});

test.each([
  ["a private address", "ws://10.1.2.3/", "Egress.Denied", "10.1.2.3 is a private address"],
  ["nobody there", "ws://127.0.0.1:1/", "ECONNREFUSED", "ECONNREFUSED"],
])("%s is an error event", async (_, url, code, message) => {
  const body = "try { await open(event); } catch (error) { return [error.code, error.message]; }";
  expect(await run(body, url)).toEqual([code, expect.stringContaining(message)]);
});

test("a server that speaks HTTP only is an error event", async () => {
  const plain = createServer((_request, response) => response.end("no"));
  await new Promise<void>((done) => plain.listen(0, "127.0.0.1", done));
  const body = "try { await open('ws://127.0.0.1:' + event); } catch (error) { return error.message; }";
  expect(await run(body, (plain.address() as AddressInfo).port)).toEqual(expect.any(String));
  await new Promise((done) => plain.close(done));
});

test.each([
  ["ftp://a/", "SyntaxError"],
  ["ws://a/#b", "SyntaxError"],
  ["nonsense", "SyntaxError"],
])("%s is refused at once", async (url, name) => {
  expect(await run("try { new WebSocket(event); } catch (error) { return error.name; }", url)).toBe(name);
});
