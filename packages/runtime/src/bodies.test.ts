import { bundlePrelude } from "./index.ts";
import { GuestHarness } from "./testing/harness.ts";

let prelude: string;
let guest: GuestHarness;

beforeAll(async () => {
  prelude = await bundlePrelude();
});

beforeEach(() => {
  guest = new GuestHarness(prelude);
});

const STREAM =
  "const stream = (...parts) => new ReadableStream({ pull(c) { const part = parts.shift(); " +
  "if (part === undefined) c.close(); else c.enqueue(typeof part === 'string' ? new TextEncoder().encode(part) : part); } });" +
  "const failure = async (attempt) => { try { return await attempt(); } catch (error) { return error.name; } };";

const run = (body: string): Promise<unknown> => guest.run(`${STREAM}${body}`);

describe("a body that is a stream", () => {
  test("is read whole as text, JSON and bytes", async () => {
    expect(
      await run(`return [
        await new Response(stream('a', 'ä')).text(),
        await new Response(stream('{"a"', ':1}')).json(),
        [...await new Response(stream('ab', 'c')).bytes()],
        (await new Response(stream('ab')).arrayBuffer()).byteLength,
        await new Request('http://a', { method: 'POST', body: stream('x', 'y'), duplex: 'half' }).text(),
      ];`),
    ).toEqual(["aä", { a: 1 }, [97, 98, 99], 2, "xy"]);
  });

  test("is the very stream that was given, and is used once something was read from it", async () => {
    expect(
      await run(`
        const given = stream('a', 'b');
        const response = new Response(given);
        const before = response.bodyUsed;
        const reader = response.body.getReader();
        const locked = response.bodyUsed;
        const refused = await failure(() => response.text());
        await reader.read();
        reader.releaseLock();
        return [response.body === given, before, locked, refused, response.bodyUsed, await failure(() => response.text())];`),
    ).toEqual([true, false, false, "TypeError", true, "TypeError"]);
  });

  test("is refused when it is locked or was read before", async () => {
    expect(
      await run(`
        const locked = stream('a'); locked.getReader();
        const read = stream('a'); const reader = read.getReader(); await reader.read(); reader.releaseLock();
        return [await failure(() => new Response(locked)), await failure(() => new Response(read))];`),
    ).toEqual(["TypeError", "TypeError"]);
  });

  test("must give Uint8Arrays", async () => {
    expect(
      await run(`
        const texts = new ReadableStream({ start(c) { c.enqueue('text'); c.close(); } });
        const others = new ReadableStream({ start(c) { c.enqueue(new Uint16Array(2)); c.close(); } });
        return [await failure(() => new Response(texts).text()), await failure(() => new Response(others).text())];`),
    ).toEqual(["TypeError", "TypeError"]);
  });

  test("passes on its error", async () => {
    expect(
      await run(`
        const broken = new ReadableStream({ pull(c) { c.error(new RangeError('gone')); } });
        return failure(() => new Response(broken).text());`),
    ).toBe("RangeError");
  });

  test("can be cloned: both get everything", async () => {
    expect(
      await run(`
        const response = new Response(stream('a', 'b'), { status: 201 });
        const copy = response.clone();
        return [copy.status, await response.text(), await copy.text()];`),
    ).toEqual([201, "ab", "ab"]);
  });

  test("of a request needs duplex, and moves into a request made from it", async () => {
    expect(
      await run(`
        const without = await failure(() => new Request('http://a', { method: 'POST', body: stream('a') }));
        const first = new Request('http://a', { method: 'POST', body: stream('a'), duplex: 'half' });
        const second = new Request(first);
        return [without, first.bodyUsed, await second.text(), await failure(() => first.text())];`),
    ).toEqual(["TypeError", true, "a", "TypeError"]);
  });
});

test("an async generator of bytes is a body, as in Node", async () => {
  expect(
    await run(
      "return new Response((async function* () { yield new Uint8Array([104]); yield Buffer.from('i'); })()).text();",
    ),
  ).toBe("hi");
});

describe("a body that is bytes, seen as a stream", () => {
  test("is a byte stream with one piece", async () => {
    expect(
      await run(`
        const response = new Response('abc');
        const reader = response.body.getReader({ mode: 'byob' });
        const { value } = await reader.read(new Uint8Array(2));
        const { value: rest } = await reader.read(new Uint8Array(2));
        const { done } = await reader.read(new Uint8Array(2));
        return [response.body === response.body, [...value], [...rest], done, response.bodyUsed];`),
    ).toEqual([true, [97, 98], [99], true, true]);
  });

  test("leaves the bytes of other copies alone when its buffers are passed on", async () => {
    expect(
      await run(`
        const response = new Response('abc');
        const copy = response.clone();
        const { value } = await response.body.getReader().read();
        value.fill(0);
        return [await copy.text()];`),
    ).toEqual(["abc"]);
  });

  test("is locked after the body was read whole", async () => {
    expect(
      await run(`
        const response = new Response('abc');
        await response.text();
        return [response.body.locked, await failure(() => response.body.getReader()), response.bodyUsed];`),
    ).toEqual([true, "TypeError", true]);
  });

  test("is taken over by a request made from it even when somebody has looked at it", async () => {
    expect(
      await run(`
        const first = new Request('http://a', { method: 'POST', body: 'abc' });
        const { body } = first;
        const second = new Request(first);
        return [body.locked, await second.text()];`),
    ).toEqual([true, "abc"]);
  });

  test("is cancelled by its reader, after which there is nothing", async () => {
    expect(
      await run(`
        const response = new Response('abc');
        await response.body.cancel();
        return [response.bodyUsed, await failure(() => response.text())];`),
    ).toEqual([true, "TypeError"]);
  });
});
