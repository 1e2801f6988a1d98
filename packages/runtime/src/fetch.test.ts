import { bundlePrelude } from "./index.ts";
import { GuestHarness, type HostReply, type Sent } from "./testing/harness.ts";

let prelude: string;
let guest: GuestHarness;

beforeAll(async () => {
  prelude = await bundlePrelude();
});

beforeEach(() => {
  guest = new GuestHarness(prelude);
});

const argumentsOf = ({ text }: Sent): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;

describe("fetch", () => {
  const head = {
    status: 200,
    statusText: "OK",
    headers: [["content-type", "text/plain"]],
    url: "http://a/b",
    redirected: false,
    more: false,
  };

  test("sends the request and gives the response", async () => {
    let request: unknown;
    let body = "";
    guest.hostFunctions.set("http.open", (call) => {
      request = argumentsOf(call);
      body = call.bytes?.toString() ?? "";
      return {
        text: JSON.stringify({
          ...head,
          status: 201,
          headers: [
            ["Set-Cookie", "a=1"],
            ["set-cookie", "b=2"],
            ["X", "ä"],
          ],
        }),
        bytes: Buffer.from('{"ok":"ä"}'),
      };
    });
    expect(
      await guest.run(`
        const response = await fetch('http://example.com/p?q=ü', {
          method: 'post', headers: { 'X-Token': ' t ' }, body: JSON.stringify({ n: 1 }), redirect: 'manual',
        });
        const copy = response.clone();
        return [response.status, response.ok, response.headers.getSetCookie(), response.headers.get('x'), response.url,
          await response.json(), await copy.text(), response.bodyUsed];`),
    ).toEqual([201, true, ["a=1", "b=2"], "ä", "http://a/b", { ok: "ä" }, '{"ok":"ä"}', true]);
    expect(request).toEqual({
      exchange: expect.any(Number),
      raw: false,
      body: "whole",
      url: "http://example.com/p?q=%C3%BC",
      method: "POST",
      headers: [
        ["x-token", "t"],
        ["content-type", "text/plain;charset=UTF-8"],
      ],
      redirect: "manual",
    });
    expect(body).toBe('{"n":1}');
  });

  test.each([
    ["an ArrayBuffer", "new Uint8Array([1, 2, 3]).buffer", [1, 2, 3]],
    ["a view", "new Uint8Array([1, 2, 3, 4]).subarray(1, 3)", [2, 3]],
    ["a Buffer", "Buffer.from('hi')", [104, 105]],
    ["URLSearchParams", "new URLSearchParams({ a: 'b c' })", [...Buffer.from("a=b+c")]],
    [
      "a stream",
      "new ReadableStream({ start(c) { c.enqueue(new Uint8Array([7])); c.enqueue(new Uint8Array([8])); c.close(); } })",
      [7, 8],
    ],
  ])("takes %s as its body", async (_, body, bytes) => {
    const chunks: Uint8Array[] = [];
    let complete: () => void = () => undefined;
    const streamed = new Promise<void>((resolve) => {
      complete = resolve;
    });
    guest.hostFunctions.set("http.write", (call) => {
      chunks.push(call.bytes as Uint8Array);
      return { text: "" };
    });
    guest.hostFunctions.set("http.end", () => {
      complete();
      return { text: "" };
    });
    guest.hostFunctions.set("http.open", async (call) => {
      if (argumentsOf(call)["body"] === "whole") return { text: JSON.stringify(head), bytes: call.bytes as Uint8Array };
      await streamed;
      return { text: JSON.stringify(head), bytes: Buffer.concat(chunks) };
    });
    expect(
      await guest.run(
        `return [...await (await fetch('http://a/', { method: 'PUT', body: ${body}, duplex: 'half' })).bytes()];`,
      ),
    ).toEqual(bytes);
  });

  test("the body can be read as a stream, once", async () => {
    guest.hostFunctions.set("http.open", () => ({ text: JSON.stringify(head), bytes: Buffer.from("streamed") }));
    expect(
      await guest.run(`
        const response = await fetch('http://a/');
        let text = '';
        const decoder = new TextDecoder();
        for await (const chunk of response.body) text += decoder.decode(chunk, { stream: true });
        let second;
        try { await response.text(); } catch (error) { second = error.name; }
        return [text, second];`),
    ).toEqual(["streamed", "TypeError"]);
  });

  test("an answer without a body has none", async () => {
    guest.hostFunctions.set("http.open", () => ({ text: JSON.stringify({ ...head, status: 204 }) }));
    expect(await guest.run("const r = await fetch('http://a/'); return [r.status, r.body, await r.text()];")).toEqual([
      204,
      null,
      "",
    ]);
  });

  test.each([
    ["before it starts", "AbortSignal.abort()", "AbortError"],
    ["by a timeout", "AbortSignal.timeout(5)", "TimeoutError"],
    [
      "by a controller",
      "(() => { const c = new AbortController(); setTimeout(() => c.abort(), 2); return c.signal; })()",
      "AbortError",
    ],
  ])("can be given up %s", async (_, signal, name) => {
    guest.hostFunctions.set("http.open", () => new Promise<HostReply>(() => {}));
    expect(
      await guest.run(`try { await fetch('http://a/', { signal: ${signal} }); } catch (error) { return error.name; }`),
    ).toBe(name);
  });

  test.each([
    ["a relative address", "'/x'", "Failed to parse URL from /x"],
    ["a password in the address", "'http://u:p@a/'", "credentials"],
    ["a body with GET", "'http://a/', { body: 'x' }", "cannot have a body"],
    ["a header that breaks the line", "'http://a/', { headers: { a: 'x\\r\\ny: z' } }", "not valid"],
    ["a header name with a space", "'http://a/', { headers: { 'a b': 'x' } }", "not a valid header name"],
    ["a method with a line break", "'http://a/', { method: 'GET\\r\\n' }", "not a valid HTTP method"],
  ])("%s is refused before it is sent", async (_, args, part) => {
    expect(
      await guest.run(`try { await fetch(${args}); } catch (error) { return [error.name, error.message]; }`),
    ).toEqual(["TypeError", expect.stringContaining(part)]);
    expect(guest.sent.some(({ name }) => name === "http.open")).toBe(false);
  });
});
