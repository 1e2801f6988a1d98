import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { bundlePrelude } from "./index.ts";
import { GuestHarness } from "./testing/harness.ts";
import { asyncInGuest, asyncInNode } from "./testing/reference.ts";

let guest: GuestHarness;

beforeAll(async () => {
  guest = new GuestHarness(await bundlePrelude());
});

const bytes = (data: Uint8Array): string => `new Uint8Array([${[...data].join()}])`;

/** Puts chunks through a transform and gathers what comes out, as text. */
const THROUGH =
  "const through = async (transform, ...chunks) => { const writer = transform.writable.getWriter(); " +
  "const writing = (async () => { for (const chunk of chunks) await writer.write(chunk); await writer.close(); })(); writing.catch(() => {}); " +
  "const out = []; for await (const chunk of transform.readable) out.push(chunk); await writing; return out; };" +
  "const joined = (chunks) => chunks.map((chunk) => Array.from(chunk)).flat();" +
  "const texts = (chunks) => String.fromCharCode(...joined(chunks));";

describe("streams are Node's", () => {
  test.each([
    "const out = []; for await (const chunk of ReadableStream.from(['a', Promise.resolve('b')])) out.push(chunk); return out;",
    "const s = ReadableStream.from((async function* () { yield 1; throw new RangeError('x'); })()); const r = s.getReader(); return [await r.read(), await thrown(() => r.read())];",
    "const t = new TransformStream({ transform(chunk, c) { c.enqueue(chunk * 2); } }, new CountQueuingStrategy({ highWaterMark: 3 })); const w = t.writable.getWriter(); w.write(1); w.write(2); w.close(); const out = []; for await (const v of t.readable) out.push(v); return [out, w.desiredSize];",
    "const [a, b] = ReadableStream.from([1, 2]).tee(); const read = async (s) => { const out = []; for await (const v of s) out.push(v); return out; }; return [await read(a), await read(b)];",
    "const s = new ReadableStream({ type: 'bytes', pull(c) { const { view } = c.byobRequest; view[0] = 7; c.byobRequest.respond(1); } }); const r = s.getReader({ mode: 'byob' }); const { value } = await r.read(new Uint8Array(4)); return [value.byteLength, value[0], r instanceof ReadableStreamBYOBReader];",
    "const c = new AbortController(); const s = new ReadableStream(); const p = s.pipeTo(new WritableStream(), { signal: c.signal }); c.abort(); return thrown(() => p);",
    "let reason; const s = new ReadableStream({ cancel(r) { reason = r; } }); for await (const x of s.values({ preventCancel: true })) {} return 1;".replace(
      "new ReadableStream({",
      "new ReadableStream({ start(c) { c.close(); },",
    ),
    "new ReadableStreamDefaultController()",
    "new WritableStreamDefaultWriter({})",
    "return [new ReadableStreamDefaultReader(new ReadableStream()), new WritableStreamDefaultWriter(new WritableStream())].map(String);",
  ])("%s", async (body) => {
    expect(await asyncInGuest(guest, body)).toBe(await asyncInNode(body));
  });
});

describe("TextEncoderStream and TextDecoderStream are Node's", () => {
  test.each([
    "return joined(await through(new TextEncoderStream(), 'a', '\\ud83d', '\\ude00', 'b'));",
    "return joined(await through(new TextEncoderStream(), '\\ud83d'));",
    "return joined(await through(new TextEncoderStream(), '\\ud83d', 'x', ''));",
    "return (await through(new TextDecoderStream(), new Uint8Array([0xe2, 0x82]), new Uint8Array([0xac, 0x41]))).join('');",
    "return (await through(new TextDecoderStream(), new Uint8Array([0xe2, 0x82]))).join('');",
    "return thrown(() => through(new TextDecoderStream('utf-8', { fatal: true }), new Uint8Array([0xe2, 0x82])));",
    "return (await through(new TextDecoderStream('utf-16le'), new Uint8Array([0x41]), new Uint8Array([0, 0x42, 0]))).join('');",
    "return (await through(new TextDecoderStream('utf-8', { ignoreBOM: true }), new Uint8Array([0xef, 0xbb, 0xbf, 0x41]))).join('').length;",
    "const s = new TextDecoderStream('latin1', { fatal: true }); return [s.encoding, s.fatal, s.ignoreBOM];",
    "new TextDecoderStream('nonsense')",
    "return thrown(() => through(new TextDecoderStream(), 'text'));",
  ])("%s", async (body) => {
    expect(await asyncInGuest(guest, THROUGH + body)).toBe(await asyncInNode(THROUGH + body));
  });
});

test("each of the stream classes has its tag", () => {
  const made =
    "[new TextEncoderStream(), new TextDecoderStream(), new CompressionStream('gzip'), new ReadableStream()]";
  expect(guest.evaluate(`String(${made})`)).toBe(
    "[object TextEncoderStream],[object TextDecoderStream],[object CompressionStream],[object ReadableStream]",
  );
});

describe("compression", () => {
  const text = "Sluice ".repeat(5_000);

  test.each([
    ["gzip", gzipSync],
    ["deflate", deflateSync],
    ["deflate-raw", deflateRawSync],
  ])("reads what zlib wrote and writes what it reads: %s", async (format, compress) => {
    const data = bytes(compress(text));
    const result = await guest.run(`${THROUGH}
      const data = ${data};
      const pieces = Array.from(data, (byte) => new Uint8Array([byte]));
      const back = await through(new DecompressionStream('${format}'), ...pieces);
      const packed = await through(new CompressionStream('${format}'), new TextEncoder().encode('abc'), new Uint8Array(1000), new TextEncoder().encode('x').buffer);
      const unpacked = await through(new DecompressionStream('${format}'), ...packed);
      return [texts(back), back.every((piece) => piece instanceof Uint8Array), joined(unpacked).length];`);
    expect(result).toEqual([text, true, 1004]);
  });

  test("pipes a body through", async () => {
    expect(
      await guest.run(`
        const packed = new Response('hello '.repeat(1000)).body.pipeThrough(new CompressionStream('gzip'));
        const bytes = await new Response(packed).bytes();
        const text = await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).text();
        return [bytes.length < 100, text.length];`),
    ).toEqual([true, 6000]);
  });

  test.each([
    ["garbage", "gzip", "new Uint8Array([1, 2, 3])"],
    ["an end that comes too early", "gzip", bytes(gzipSync("hello").subarray(0, -3))],
    ["a wrong checksum", "gzip", bytes(Buffer.concat([gzipSync("hello").subarray(0, -8), Buffer.alloc(8)]))],
    [
      "a wrong checksum of zlib's",
      "deflate",
      bytes(Buffer.concat([deflateSync("hello").subarray(0, -4), Buffer.alloc(4)])),
    ],
    ["something after the end", "deflate", bytes(Buffer.concat([deflateSync("hello"), Buffer.from([1])]))],
    ["a second member", "gzip", bytes(Buffer.concat([gzipSync("a"), gzipSync("b")]))],
    ["nothing", "deflate-raw", "new Uint8Array(0)"],
    ["a chunk of text", "gzip", "'text'"],
  ])("refuses %s with a TypeError on both sides", async (_, format, chunk) => {
    expect(
      await guest.run(`
        const stream = new DecompressionStream('${format}');
        const writer = stream.writable.getWriter();
        const writing = (async () => { await writer.write(${chunk}); await writer.close(); })().then(() => 'written', (error) => error.name);
        const reading = new Response(stream.readable).bytes().then((bytes) => bytes.length, (error) => error.name);
        return [await writing, await reading];`),
    ).toEqual(["TypeError", "TypeError"]);
  });

  test("refuses formats that it does not have", async () => {
    expect(
      await guest.run(
        "return [CompressionStream, DecompressionStream].map((C) => { try { new C('zip'); } catch (error) { return error.name; } });",
      ),
    ).toEqual(["TypeError", "TypeError"]);
  });

  test("a bomb swells no further than its reader reads", async () => {
    const bomb = bytes(gzipSync(Buffer.alloc(8 * 1024 * 1024)));
    expect(
      await guest.run(`
        const stream = new DecompressionStream('gzip');
        const writer = stream.writable.getWriter();
        let written = false;
        const writing = writer.write(${bomb}).then(() => { written = true; }, (error) => error);
        const reader = stream.readable.getReader();
        let taken = 0;
        for (let read = 0; read < 3; read++) taken += (await reader.read()).value.length;
        const early = written;
        await reader.cancel('enough');
        return [taken, early, await writing];`),
    ).toEqual([3 * 16_384, false, "enough"]);
  });
});
