import type { Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { PlatformError } from "@sluice/core";
import { createHttpServer } from "../app.ts";
import { readRaw } from "./read-raw.ts";
import { sendError, sendJson } from "./reply.ts";

const LIMIT = 16;
let server: Server;

beforeAll(async () => {
  server = createHttpServer((request, response) => {
    const answer = async (): Promise<void> => {
      if (request.url === "/nobody") throw new PlatformError("Request.NotFound", "Nothing is served there.");
      const body = await readRaw(request, LIMIT);
      sendJson(response, 200, JSON.stringify(body.toString()));
    };
    answer().catch((error: unknown) => sendError(response, error as PlatformError));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
});

afterAll(() => new Promise((done) => server.close(done)));

/** Sends a head, and the body once it is asked for. @returns all that came, until the server hung up */
function exchange(path: string, length: number, connection = "close"): Promise<string> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(
        `POST ${path} HTTP/1.1\r\nhost: a\r\ncontent-length: ${length}\r\nexpect: 100-continue\r\nconnection: ${connection}\r\n\r\n`,
      );
    });
    let received = "";
    socket.on("data", (chunk: Buffer) => {
      received += chunk.toString();
      if (received === "HTTP/1.1 100 Continue\r\n\r\n") socket.write("x".repeat(length));
    });
    socket.on("close", () => resolve(received)).on("error", reject);
  });
}

test("a body that is wanted is asked for, and read", async () => {
  const received = await exchange("/", LIMIT);
  expect(received).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
  expect(received).toContain(`"${"x".repeat(LIMIT)}"`);
});

test("a body that is too large by its own word is refused before it is sent, and the connection closes", async () => {
  const received = await exchange("/", LIMIT + 1, "keep-alive");
  expect(received).toMatch(/^HTTP\/1\.1 413 /);
  expect(received).toMatch(/connection: close/i);
});

test("what the head shows to be for nobody is answered before the body is sent", async () => {
  expect(await exchange("/nobody", 1, "keep-alive")).toMatch(/^HTTP\/1\.1 404 /);
});
