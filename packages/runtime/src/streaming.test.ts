import { bundlePrelude } from "./bundle-prelude.ts";
import { GuestHarness, type Outcome, type Sent } from "./testing/harness.ts";

let prelude = "";
beforeAll(async () => {
  prelude = await bundlePrelude();
});

/** A guest whose response pieces are taken, unless `refuse` says what happens to one of them. */
function guestOf(
  refuse: (piece: number) => { name: string; message: string; code: string } | undefined = () => undefined,
) {
  const guest = new GuestHarness(prelude);
  const pieces: Sent[] = [];
  guest.hostFunctions.set("response.write", (sent) => {
    pieces.push(sent);
    const failure = refuse(pieces.length);
    if (failure !== undefined) throw failure;
    return { text: "" };
  });
  return { guest, pieces };
}

async function invoke(guest: GuestHarness, code: string, event: unknown = {}): Promise<Outcome> {
  expect(await guest.load(code)).toBeUndefined();
  return await guest.invoke(event);
}

const textOf = (pieces: readonly Sent[]): string =>
  Buffer.concat(pieces.map(({ bytes }) => bytes ?? Buffer.alloc(0))).toString();
const headsOf = (pieces: readonly Sent[]): unknown[] => pieces.map(({ text }) => (text === "" ? "" : JSON.parse(text)));

const HTTP_EVENT = {
  version: "2.0",
  rawPath: "/a/b",
  rawQueryString: "x=1",
  headers: { host: "example.org", "x-forwarded-proto": "https", "content-type": "text/plain" },
  cookies: ["k=v", "l=w"],
  body: "aGk=",
  isBase64Encoded: true,
  requestContext: { domainName: "example.org", http: { method: "PUT" } },
};

describe("awslambda.streamifyResponse", () => {
  test("what the handler writes leaves piece by piece, and its end ends the invocation", async () => {
    const { guest, pieces } = guestOf();
    const outcome = await invoke(
      guest,
      `exports.handler = awslambda.streamifyResponse(async (event, stream, context) => {
        stream.write("one "); stream.write(Buffer.from("two ")); stream.end(context.functionName);
      });`,
    );
    expect(outcome.payload).toBe("null");
    expect(textOf(pieces)).toBe("one two greet");
    expect(headsOf(pieces)).toEqual(["", "", ""]);
  });

  test("HttpResponseStream.from gives status, headers and cookies, with the first piece", async () => {
    const { guest, pieces } = guestOf();
    await invoke(
      guest,
      `exports.handler = awslambda.streamifyResponse(async (event, stream) => {
        const http = awslambda.HttpResponseStream.from(stream, { statusCode: 201, headers: { "x-a": "b" }, cookies: ["c=d"] });
        http.write("body"); http.end();
      });`,
    );
    expect(headsOf(pieces)).toEqual([{ response: { statusCode: 201, headers: { "x-a": "b" }, cookies: ["c=d"] } }]);
  });

  test("setContentType goes with the first piece, and comes too late after it", async () => {
    const { guest, pieces } = guestOf();
    const { error } = await invoke(
      guest,
      `exports.handler = awslambda.streamifyResponse(async (event, stream) => {
        stream.setContentType("text/html");
        await new Promise((resolve) => stream.write("x", resolve));
        stream.setContentType("text/plain");
      });`,
    );
    expect(headsOf(pieces)).toEqual([{ response: { headers: { "content-type": "text/html" } } }]);
    expect(error?.errorMessage).toMatch(/has begun/);
  });

  test("an empty response begins all the same", async () => {
    const { guest, pieces } = guestOf();
    await invoke(guest, "exports.handler = awslambda.streamifyResponse(async (event, stream) => { stream.end(); });");
    expect(pieces).toHaveLength(1);
  });

  test("a large write is cut into pieces that are taken one after the other", async () => {
    const { guest, pieces } = guestOf();
    await invoke(
      guest,
      `exports.handler = awslambda.streamifyResponse(async (event, stream) => { stream.end("x".repeat(200_000)); });`,
    );
    expect(pieces.map(({ bytes }) => bytes?.length)).toEqual([65_536, 65_536, 65_536, 3_392]);
  });

  test("a pipeline into the stream waits while nobody takes what it brings", async () => {
    const taken: (() => void)[] = [];
    const guest = new GuestHarness(prelude);
    guest.hostFunctions.set("response.write", () => new Promise((resolve) => taken.push(() => resolve({ text: "" }))));
    expect(
      await guest.load(`
        const { Readable } = require("node:stream"); const { pipeline } = require("node:stream/promises");
        let made = 0; globalThis.made = () => made;
        function* source() { while (made < 1_000) { made++; yield Buffer.alloc(16_384); } }
        exports.handler = awslambda.streamifyResponse((event, stream) => pipeline(Readable.from(source()), stream));`),
    ).toBeUndefined();
    const done = guest.invoke();
    await guest.settle();
    expect(guest.evaluate("made()") as number).toBeLessThan(50);
    const takeAll = async (): Promise<void> => {
      for (const take of taken.splice(0)) take();
      await guest.settle();
      if ((guest.evaluate("made()") as number) < 1_000 || taken.length > 0) await takeAll();
    };
    await takeAll();
    expect((await done).payload).toBe("null");
    expect(guest.evaluate("made()")).toBe(1_000);
  });

  test("an error fails the invocation, also when part of the response is out", async () => {
    const { guest, pieces } = guestOf();
    const { error } = await invoke(
      guest,
      `exports.handler = awslambda.streamifyResponse(async (event, stream) => { stream.write("part"); throw new TypeError("no"); });`,
    );
    expect(error?.errorType).toBe("TypeError");
    expect(textOf(pieces)).toBe("part");
  });

  test("a caller who goes away ends the response and fails nothing; what is too large fails", async () => {
    const code = `exports.handler = awslambda.streamifyResponse(async (event, stream) => {
      for (let n = 0; n < 100; n++) if (!stream.write("x")) await new Promise((r) => stream.once("drain", r));
      stream.end();
    });`;
    const gone = guestOf((piece) =>
      piece === 3 ? { name: "Error", message: "gone", code: "Response.CallerGone" } : undefined,
    );
    expect((await invoke(gone.guest, code)).payload).toBe("null");
    expect(gone.pieces).toHaveLength(3);
    const large = guestOf((piece) =>
      piece === 3 ? { name: "Error", message: "large", code: "Response.TooLarge" } : undefined,
    );
    expect((await invoke(large.guest, code)).error?.errorMessage).toBe("large");
  });
});

describe("export default { fetch }", () => {
  const module = (fetch: string): string => `exports.default = { ${fetch} };`;

  test("an HTTP event becomes a Request, and the Response a result", async () => {
    const { guest, pieces } = guestOf();
    const { payload } = await invoke(
      guest,
      module(`async fetch(request, env, ctx) {
        const { method, url, headers } = request;
        const seen = { method, url, type: headers.get("content-type"), cookie: headers.get("cookie"), body: await request.text() };
        const response = Response.json({ ...seen, id: ctx.requestId }, { status: 201, headers: { "x-a": "b" } });
        response.headers.append("set-cookie", "a=1"); response.headers.append("set-cookie", "b=2");
        return response;
      }`),
      HTTP_EVENT,
    );
    const { body, ...rest } = JSON.parse(payload ?? "") as { body: string };
    expect(rest).toEqual({
      statusCode: 201,
      headers: { "content-type": "application/json", "x-a": "b" },
      cookies: ["a=1", "b=2"],
      isBase64Encoded: false,
    });
    expect(JSON.parse(body)).toEqual({
      method: "PUT",
      url: "https://example.org/a/b?x=1",
      type: "text/plain",
      cookie: "k=v; l=w",
      body: "hi",
      id: "request-1",
    });
    expect(pieces).toEqual([]);
  });

  test("bytes that are no text go as base64, and a response without a body has none", async () => {
    const { guest } = guestOf();
    const code = module(`fetch: (request) => request.url.endsWith("/none")
      ? new Response(null, { status: 204 }) : new Response(new Uint8Array([255, 0, 1]))`);
    const bytes = JSON.parse((await invoke(guest, code, HTTP_EVENT)).payload ?? "") as object;
    expect(bytes).toMatchObject({ body: "/wAB", isBase64Encoded: true });
    const none = await guest.invoke({ ...HTTP_EVENT, rawPath: "/none", rawQueryString: "" });
    expect(JSON.parse(none.payload ?? "")).toEqual({ statusCode: 204, headers: {} });
  });

  test("an event that is no HTTP call is posted as JSON", async () => {
    const { guest } = guestOf();
    const code = module(
      `fetch: async (request) => Response.json({ method: request.method, event: await request.json() })`,
    );
    const { payload } = await invoke(guest, code, { source: "aws.events" });
    const { body } = JSON.parse(payload ?? "") as { body: string };
    expect(JSON.parse(body)).toEqual({ method: "POST", event: { source: "aws.events" } });
  });

  test("a stream is sent as it comes, with its head first", async () => {
    const { guest, pieces } = guestOf();
    const { payload } = await invoke(
      guest,
      module(`fetch: () => new Response(new ReadableStream({
        async start(controller) {
          for (const word of ["a", "b", "c"]) { controller.enqueue(new TextEncoder().encode(word)); await new Promise((r) => setTimeout(r, 1)); }
          controller.close();
        } }), { headers: { "content-type": "text/event-stream" } })`),
      HTTP_EVENT,
    );
    expect(payload).toBe("null");
    expect(textOf(pieces)).toBe("abc");
    expect(headsOf(pieces)[0]).toEqual({
      response: { statusCode: 200, headers: { "content-type": "text/event-stream" } },
    });
  });

  test("with waitUntil the response is complete at once, and the invocation goes on", async () => {
    const { guest, pieces } = guestOf();
    expect(
      await guest.load(
        module(`fetch(request, env, ctx) {
          ctx.waitUntil(new Promise((resolve) => setTimeout(() => { console.log("later"); resolve(); }, 50)));
          ctx.waitUntil(Promise.reject(new Error("lost")));
          return new Response("now");
        }`),
      ),
    ).toBeUndefined();
    guest.autoFire = false;
    const done = guest.invoke(HTTP_EVENT);
    await guest.settle();
    expect(headsOf(pieces).at(-1)).toMatchObject({ end: true });
    expect(textOf(pieces)).toBe("now");
    guest.fireTimer();
    expect((await done).payload).toBe("null");
    expect(guest.logs).toEqual([expect.stringMatching(/^ERROR waitUntil\t.*lost/), "INFO later"]);
  });

  test("what is no Response, and what fetch throws, fail the invocation", async () => {
    const { guest } = guestOf();
    expect((await invoke(guest, module(`fetch: () => "text"`), HTTP_EVENT)).error?.errorMessage).toMatch(
      /must return a Response/,
    );
    const other = guestOf();
    const { error } = await invoke(other.guest, module(`fetch() { throw new RangeError("no"); }`), HTTP_EVENT);
    expect(error?.errorType).toBe("RangeError");
  });

  test("the environment is its second argument, and a handler of Lambda's form comes first", async () => {
    const { guest } = guestOf();
    await guest.load(module(`fetch: (request, env) => new Response(env.COLOUR)`), { environment: { COLOUR: "blue" } });
    expect(JSON.parse((await guest.invoke(HTTP_EVENT)).payload ?? "")).toMatchObject({ body: "blue" });
    const both = guestOf();
    const code = `exports.handler = async () => "lambda"; exports.default = { fetch: () => new Response("web") };`;
    expect((await invoke(both.guest, code)).payload).toBe('"lambda"');
  });
});
