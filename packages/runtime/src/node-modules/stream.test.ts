import { bundlePrelude } from "../index.ts";
import { GuestHarness } from "../testing/harness.ts";
import { runInGuest, runInNode } from "../testing/reference.ts";

let prelude: string;

beforeAll(async () => {
  prelude = await bundlePrelude();
});

describe("streams do in a function what they do in Node", () => {
  test.each([
    [
      "the module is the constructor",
      "const s = require('stream'); return [typeof s, s === s.Stream, Object.keys(s.promises)];",
    ],
    [
      "a pipeline of sources, transforms, generators and sinks",
      `const { Readable, Transform, Writable, promises } = require("stream"); const out = [];
       await promises.pipeline(Readable.from(["a", "b", "c"]),
         new Transform({ objectMode: true, transform(c, e, done) { done(null, String(c).toUpperCase()); } }),
         async function* (source) { for await (const c of source) yield c + "!"; },
         new Writable({ objectMode: true, write(c, e, done) { out.push(c); done(); } }));
       return out;`,
    ],
    [
      "an error destroys every part",
      `const { Readable, PassThrough, pipeline } = require("stream"); const pass = new PassThrough();
       const source = new Readable({ read() { this.destroy(new Error("no source")); } });
       const error = await new Promise((resolve) => pipeline(source, pass, resolve));
       return [error.message, pass.destroyed, source.destroyed];`,
    ],
    [
      "finished, and what ends too early",
      `const { PassThrough, promises } = require("stream"); const a = new PassThrough(); const b = new PassThrough();
       a.resume().end("x"); await promises.finished(a); b.destroy();
       return promises.finished(b).catch((error) => [error.code, error.message]);`,
    ],
    [
      "backpressure and its events",
      `const { Writable } = require("stream"); const log = [];
       const w = new Writable({ highWaterMark: 3, write(c, e, done) { log.push(String(c)); setImmediate(done); } });
       for (const name of ["drain", "finish", "close"]) w.on(name, () => log.push(name));
       log.push(w.write("ab"), w.write("cd")); w.end("e");
       await new Promise((resolve) => w.on("close", resolve)); return log;`,
    ],
    [
      "web streams and back",
      `const { Readable, Writable, Duplex, PassThrough } = require("stream"); const { text } = require("stream/consumers");
       const there = Readable.toWeb(Readable.from([Buffer.from("one "), Buffer.from("two")]));
       const back = await text(Readable.fromWeb(there));
       const got = []; const web = Writable.toWeb(new Writable({ write(c, e, d) { got.push(String(c)); d(); } }));
       const writer = web.getWriter(); await writer.write(Buffer.from("x")); await writer.close();
       const sink = []; const fromWeb = Writable.fromWeb(new WritableStream({ write(c) { sink.push(c); } }), { objectMode: true });
       await new Promise((resolve) => fromWeb.end("end", resolve));
       const pair = Duplex.toWeb(new PassThrough()); const d = Duplex.fromWeb(pair); d.end("through");
       return [back, got, sink, await text(d)];`,
    ],
    [
      "an error on the way to the web and from there",
      `const { Readable } = require("stream");
       const failing = Readable.toWeb(new Readable({ read() { this.destroy(new Error("lost")); } }));
       const first = await failing.getReader().read().catch((error) => error.message);
       const web = Readable.fromWeb(new ReadableStream({ start(c) { c.error(new Error("gone")); } }));
       const second = await web.toArray().catch((error) => error.message);
       return [first, second];`,
    ],
    [
      "Duplex.from, operators and compose",
      `const { Duplex, Readable } = require("stream");
       const doubled = await Readable.from([1, 2, 3]).map((n) => n * 2).filter((n) => n > 2).toArray();
       const d = Duplex.from(async function* (source) { for await (const c of source) yield String(c) + "?"; });
       d.end("why"); return [doubled, String((await d.toArray())[0]), await Readable.from([1, 2]).reduce((a, b) => a + b, 0)];`,
    ],
    [
      "consumers",
      `const { json, buffer, arrayBuffer } = require("node:stream/consumers"); const { Readable } = require("stream");
       return [await json(Readable.from(['{"a":', "1}"])), String(await buffer(Readable.from([Buffer.from("b")]))),
         (await arrayBuffer(Readable.from([Buffer.from("abc")]))).byteLength];`,
    ],
    [
      "old inheritance by util.inherits",
      `const Stream = require("stream"); const { inherits } = require("util");
       function Upper() { Stream.Transform.call(this); } inherits(Upper, Stream.Transform);
       Upper.prototype._transform = function (c, e, done) { done(null, String(c).toUpperCase()); };
       const u = new Upper(); u.end("abc"); return [String(await require("stream/consumers").text(u)), u instanceof Stream];`,
    ],
    [
      "a pair of duplexes",
      `const { duplexPair } = require("stream"); const { text } = require("stream/consumers"); const [a, b] = duplexPair();
       a.write("to b"); a.end(); b.end("to a"); return Promise.all([text(a), text(b)]);`,
    ],
    [
      "decoders keep what is cut in the middle",
      `const { StringDecoder } = require("string_decoder"); const d = new StringDecoder("utf8"); const euro = Buffer.from("€");
       return [d.write(euro.subarray(0, 1)), d.write(euro.subarray(1)), d.write(euro.subarray(0, 2)), d.end()];`,
    ],
  ])("%s", async (_, body) => {
    expect(await runInGuest(new GuestHarness(prelude), body)).toEqual(await runInNode(body));
  });
});
