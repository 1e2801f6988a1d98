import { once } from "node:events";
import { createServer, request as send, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { createMemoryStores } from "@sluice/store";
import { readSigned } from "./read-signed.ts";
import {
  accessKey,
  type Outline,
  presigned,
  SECRET,
  signed,
  type SignedRequest,
} from "./sigv4/testing/signed-request.ts";
import { SignatureVerifier } from "./sigv4/verifier.ts";

const NOW = Date.UTC(2026, 10, 24, 12);
const LIMIT = 1_000;

let server: Server;
beforeEach(async () => {
  const now = (): number => NOW;
  const { keys } = createMemoryStores({ now });
  await keys.putKey(accessKey(), SECRET);
  const verifier = new SignatureVerifier({ keys, region: "us-east-1", now });
  server = createServer((request, response) => {
    readSigned(verifier, request, { service: "lambda", limitBytes: LIMIT }).then(
      (read) => response.writeHead(read.ok ? 200 : read.refusal.status).end(read.ok ? read.body : read.refusal.code),
      (error: { readonly status: number; readonly code: string }) => response.writeHead(error.status).end(error.code),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const port = (): number => (server.address() as AddressInfo).port;

async function answerTo({ head, body }: SignedRequest): Promise<string> {
  const { rawHeaders } = head;
  const headers = Object.fromEntries(
    rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? ""]] : [])),
  );
  const call = send({ host: "127.0.0.1", port: port(), method: head.method, path: head.url, headers });
  call.end(body);
  const [response] = (await once(call, "response")) as [AsyncIterable<Buffer> & { readonly statusCode: number }];
  let text = "";
  for await (const chunk of response) text += chunk.toString();
  return `${response.statusCode} ${text}`;
}

const INVOKE: Outline = {
  method: "POST",
  path: "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Af/invocations",
  query: { Qualifier: "live", empty: "", "a b": "ü+ %20" },
  headers: { "x-amz-invocation-type": "Event" },
  body: '{"grüezi":1}',
};

test("over real HTTP a signed request brings its body, in both forms", async () => {
  expect(await answerTo(await signed(INVOKE, { at: NOW }))).toBe('200 {"grüezi":1}');
  expect(await answerTo(await signed(INVOKE, { at: NOW, digest: false }))).toBe('200 {"grüezi":1}');
  expect(await answerTo(await presigned(INVOKE, 60, { at: NOW }))).toBe('200 {"grüezi":1}');
  expect(await answerTo(await signed({}, { at: NOW }))).toBe("200 ");
});

test("a body that is not the signed one is refused", async () => {
  const { head } = await signed(INVOKE, { at: NOW, digest: false });
  expect(await answerTo({ head, body: Buffer.from("{}") })).toBe("403 InvalidSignatureException");
});

test("more than the limit is not read, whoever signed it", async () => {
  expect(await answerTo(await signed({ ...INVOKE, body: "x".repeat(LIMIT + 1) }, { at: NOW }))).toBe(
    "413 Request.TooLarge",
  );
});

test.each([
  ["UnrecognizedClientException", { accessKeyId: "AKNOBODY", at: NOW }],
  ["InvalidSignatureException", { secret: "wrong", at: NOW }],
  ["InvalidSignatureException", { at: 0 }],
  ["InvalidSignatureException", { region: "eu-west-1", at: NOW }],
])("%s is answered to a body that never comes (%j)", async (code, change) => {
  const { head } = await signed(INVOKE, change);
  const lines = [`${head.method} ${head.url} HTTP/1.1`, "Content-Length: 900"];
  for (let at = 0; at < head.rawHeaders.length; at += 2)
    lines.push(`${head.rawHeaders[at]}: ${head.rawHeaders[at + 1]}`);
  const socket = connect(port(), "127.0.0.1");
  socket.write(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
  const [answer] = (await once(socket, "data")) as [Buffer];
  expect(answer.toString()).toContain("HTTP/1.1 403");
  expect(answer.toString()).toContain(code);
  socket.destroy();
});
