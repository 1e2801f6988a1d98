import { inspect } from "node:util";
import { bundlePrelude } from "./index.ts";
import { GuestHarness } from "./testing/harness.ts";
import { inGuest, inNode } from "./testing/reference.ts";

let guest: GuestHarness;

beforeAll(async () => {
  guest = new GuestHarness(await bundlePrelude());
  await guest.load("exports.handler = async () => {};");
});

describe("Headers, Request and Response are Node's", () => {
  test.each([
    "(() => { const h = new Headers({ B: '1', a: ' 2 ' }); h.append('b', '3'); h.append('set-cookie', 'x=1'); h.append('Set-Cookie', 'y=2'); return [[...h], h.get('B'), h.getSetCookie()]; })()",
    "(() => { const h = new Headers([['a', '1'], ['b', '2'], ['a', '3']]); h.set('a', '9'); h.delete('b'); return [[...h.keys()], [...h.values()], h.has('A')]; })()",
    "(() => { const seen = []; new Headers({ x: '1' }).forEach((value, name) => seen.push(name, value)); return seen; })()",
    "[...new Headers(new Headers({ a: '1' }))]",
    "[...new Headers(new Map([['a', '1']]))]",
    "new Headers([['a']])",
    "new Headers('a')",
    "new Headers([['a b', 'v']])",
    "new Headers([['a', 'b\\nc']])",
    "new Headers([['a', '€']])",
    "new Request('http://a/b', { method: 'post', body: 'x' }).method",
    "new Request('http://a/b', { method: 'post', body: 'x' }).headers.get('content-type')",
    "new Request(new Request('http://a/b', { headers: { a: '1' } }), { method: 'PUT' }).headers.get('a')",
    "new Request('http://a', { body: 'x' })",
    "new Request('/rel')",
    "new Request('http://u:p@a')",
    "new Request('http://a', { method: 'TRACE' })",
    "new Request('http://a').redirect",
    "(() => { const r = new Response('x', { status: 201, headers: { a: 'b' } }); return [r.status, r.ok, r.statusText, r.type, r.headers.get('a'), r.bodyUsed, r.url, r.redirected]; })()",
    "[...Response.json({ a: 1 }).headers]",
    "Response.json(undefined)",
    "new Response('x', { status: 204 })",
    "new Response('x', { status: 199 })",
    "[...Response.redirect('http://a/', 301).headers]",
    "Response.redirect('http://a/', 200)",
    "[Response.error().type, Response.error().status]",
    "new Response(new URLSearchParams({ a: '1' })).headers.get('content-type')",
    "new Response().body",
  ])("%s", (code) => {
    expect(inGuest(guest, code)).toBe(inNode(code));
  });

  test("bodies are read once and cloned before", async () => {
    expect(
      await guest.run(`
        const request = new Request('http://a', { method: 'POST', body: '{"a":"ä"}' });
        const copy = request.clone();
        const moved = new Request(request);
        return [await copy.json(), await moved.text(), request.bodyUsed, await request.text().catch((error) => error.name),
          [...new Uint8Array(await new Response('\\ufeffhi').arrayBuffer())].length, await new Response('\\ufeffhi').text()];`),
    ).toEqual([{ a: "ä" }, '{"a":"ä"}', true, "TypeError", 5, "hi"]);
  });
});

describe("events and signals are Node's", () => {
  test.each([
    "(() => { const e = new DOMException('m', 'AbortError'); return [e.name, e.message, e.code, String(e), e.stack.split('\\n')[0], Object.prototype.toString.call(e), DOMException.ABORT_ERR, e.INDEX_SIZE_ERR]; })()",
    "[new DOMException().name, new DOMException('a').code, new DOMException('a', { name: 'DataError', cause: 5 }).cause]",
    "(() => { const c = new AbortController(); const l = []; c.signal.addEventListener('abort', () => l.push('a')); c.signal.onabort = () => l.push('b'); c.abort(); c.abort(); return [l, c.signal.aborted, c.signal.reason.name]; })()",
    "AbortSignal.any([AbortSignal.abort('x'), new AbortController().signal]).reason",
    "(() => { const c = new AbortController(); const any = AbortSignal.any([c.signal]); c.abort('later'); return [any.aborted, any.reason]; })()",
    "(() => { try { AbortSignal.abort(5).throwIfAborted(); } catch (error) { return error; } })()",
    "new AbortSignal()",
    "(() => { const t = new EventTarget(); let n = 0; const f = () => n++; t.addEventListener('x', f); t.addEventListener('x', f); t.addEventListener('x', () => n += 10, { once: true }); t.dispatchEvent(new Event('x')); t.dispatchEvent(new Event('x')); t.removeEventListener('x', f); t.dispatchEvent(new Event('x')); return n; })()",
    "(() => { const t = new EventTarget(); t.addEventListener('x', (e) => e.preventDefault()); return [t.dispatchEvent(new Event('x', { cancelable: true })), t.dispatchEvent(new Event('x'))]; })()",
    "(() => { const t = new EventTarget(); const l = []; t.addEventListener('x', (e) => { l.push(1); e.stopImmediatePropagation(); }); t.addEventListener('x', () => l.push(2)); t.dispatchEvent(new Event('x')); return l; })()",
    "(() => { const t = new EventTarget(); const l = []; t.addEventListener('x', { handleEvent(e) { l.push(e.type, e.target === t); } }); t.dispatchEvent(new CustomEvent('x', { detail: 5 })); return l; })()",
    "new CustomEvent('x', { detail: 5 }).detail",
    "new EventTarget().dispatchEvent({})",
    "new Event()",
  ])("%s", (code) => {
    expect(inGuest(guest, code)).toBe(inNode(code));
  });
});

describe("structuredClone is Node's", () => {
  const describeClone = (value: string): string =>
    `(() => { const v = ${value}; const c = structuredClone(v); return [Object.prototype.toString.call(c), String(c), c !== v || typeof c !== 'object', c && Object.keys(c), c?.size, c?.cause, c?.length, c?.lastIndex]; })()`;
  test.each([
    ...[
      "1",
      "'a'",
      "[1, [2]]",
      "({ a: 1, b: { c: undefined } })",
      "new Map([[1, { a: 1 }]])",
      "new Set([1])",
      "new Date(5)",
      "/x/gi",
      "new Uint16Array([1, 2])",
      "new Error('m', { cause: 1 })",
      "new TypeError('t')",
      "Object(5)",
      "Object('s')",
      "null",
      "[, 1]",
      "new ArrayBuffer(3)",
      "new DataView(new ArrayBuffer(4), 1, 2)",
      "new (class Point { constructor() { this.x = 1; } })()",
    ].map(describeClone),
    "structuredClone(() => 1)",
    "structuredClone(Symbol('x'))",
    "structuredClone({ f() {} })",
    "structuredClone(new WeakMap())",
    "structuredClone(Promise.resolve())",
    "structuredClone()",
    "(() => { const a = { m: new Map() }; a.a = a; a.m.set(a, a); const c = structuredClone(a); return [c.a === c, c !== a, c.m.get(c) === c]; })()",
    "(() => { const b = new ArrayBuffer(8); const c = structuredClone(b, { transfer: [b] }); return [b.byteLength, c.byteLength]; })()",
    "(() => { const b = new ArrayBuffer(8); const c = structuredClone({ x: new Uint8Array(b), y: new Uint8Array(b, 4) }); return [c.x.buffer === c.y.buffer, c.y.byteOffset, c.x.buffer !== b]; })()",
    "structuredClone({ get a() { return 7; } })",
    "structuredClone({ ['__proto__']: 1 })",
    "structuredClone(new ArrayBuffer(1), { transfer: [1] })",
  ])("%s", (code) => {
    expect(inGuest(guest, code)).toBe(inNode(code));
  });
});

describe("Buffer is Node's", () => {
  test.each([
    "Buffer.from('aGk', 'base64url').toString()",
    "Buffer.from([0xfb, 0xff]).toString('base64url')",
    "Buffer.from('hä').toString('hex')",
    "Buffer.concat([Buffer.from('a'), Buffer.from('b')]).toString()",
    "[Buffer.byteLength('ä'), Buffer.byteLength('aGk', 'base64url'), Buffer.isEncoding('base64url'), Buffer.isBuffer(Buffer.alloc(1))]",
    "Buffer.from('ÿ', 'latin1').toString('base64')",
    "Buffer.from(new Uint8Array([1, 2]).buffer).length",
    "Buffer.from('a')",
    "Buffer.from('abc').subarray(1).equals(Buffer.from('bc'))",
    "(() => { const b = Buffer.alloc(8); b.writeBigUInt64BE(258n); return b.readUInt16BE(6); })()",
  ])("%s", (code) => {
    expect(inGuest(guest, code)).toBe(inNode(code));
  });
});

describe("globals", () => {
  const names = `
    AbortController AbortSignal Blob Buffer ByteLengthQueuingStrategy CloseEvent CompressionStream CountQueuingStrategy
    Crypto CryptoKey CustomEvent DOMException DecompressionStream ErrorEvent Event EventTarget File FormData Headers
    MessageChannel MessageEvent MessagePort Navigator Performance PerformanceEntry PerformanceMark PerformanceMeasure
    ProgressEvent PromiseRejectionEvent ReadableByteStreamController ReadableStream ReadableStreamBYOBReader
    ReadableStreamBYOBRequest ReadableStreamDefaultController ReadableStreamDefaultReader Request Response SubtleCrypto
    TextDecoder TextDecoderStream TextEncoder TextEncoderStream TransformStream TransformStreamDefaultController URL
    URLPattern URLSearchParams WritableStream WritableStreamDefaultController WritableStreamDefaultWriter atob btoa
    clearImmediate clearInterval clearTimeout fetch queueMicrotask reportError setImmediate setInterval setTimeout
    structuredClone`
    .trim()
    .split(/\s+/);

  test.each(names)("%s has its name and can be replaced", (name) => {
    const fresh = `(() => {
      const value = globalThis.${name};
      const descriptor = Object.getOwnPropertyDescriptor(globalThis, '${name}');
      return [typeof value, value.name, 'value' in descriptor, descriptor.writable, descriptor.enumerable, descriptor.configurable];
    })()`;
    expect([...(guest.evaluate(fresh) as unknown[])]).toEqual([
      "function",
      name,
      true,
      true,
      /^[a-z]/.test(name),
      true,
    ]);
  });

  test.each([
    ["URL", "new URL('http://a')", "URL"],
    ["Headers", "new Headers()", "Headers"],
    ["Request", "new Request('http://a')", "Request"],
    ["Response", "new Response()", "Response"],
    ["AbortSignal", "AbortSignal.abort()", "AbortSignal"],
    ["crypto", "crypto", "Crypto"],
    ["crypto.subtle", "crypto.subtle", "SubtleCrypto"],
    ["performance", "performance", "Performance"],
    ["console", "console", "console"],
    ["Event", "new Event('x')", "Event"],
  ])("%s has its tag", (_, code, tag) => {
    expect(guest.evaluate(`Object.prototype.toString.call(${code})`)).toBe(`[object ${tag}]`);
  });

  test("a lazy global may be replaced before it is ever read", async () => {
    const fresh = new GuestHarness(await bundlePrelude());
    expect(fresh.evaluate("globalThis.fetch = () => 'mock'; fetch()")).toBe("mock");
  });

  test("one global object under all its names, and a clock that does not go back", () => {
    expect(guest.evaluate("global === globalThis && self === globalThis")).toBe(true);
    expect(guest.evaluate("performance.now() >= 0 && performance.timeOrigin <= Date.now()")).toBe(true);
    expect(guest.evaluate("navigator.userAgent")).toBe("Sluice");
  });
});

describe("process and modules", () => {
  test("process tells what is true and refuses the rest with a reason", () => {
    expect(
      inspect(
        guest.evaluate(
          "[process.version, process.platform, process.arch, process.cwd(), process.uptime() >= 0, typeof process.hrtime.bigint(), process.hrtime([0, 0]).length]",
        ),
      ),
    ).toBe(inspect([process.version, "linux", process.arch, "/var/task", true, "bigint", 2]));
    expect(() => guest.evaluate("process.chdir('/')")).toThrow("stays in /var/task");
  });

  test("process and node:v8 say what the host measured of the isolate", () => {
    const told = guest.evaluate(`const v8 = process.getBuiltinModule("v8").getHeapStatistics();
      const resources = process.resourceUsage();
      JSON.stringify([process.memoryUsage(), process.memoryUsage.rss(), process.cpuUsage(), process.cpuUsage({ user: 2000, system: 0 }),
        resources.maxRSS, resources.fsRead, v8.used_heap_size, v8.heap_size_limit])`);
    expect(JSON.parse(told as string)).toEqual([
      { rss: 5_000_000, heapTotal: 4_000_000, heapUsed: 3_000_000, external: 1_000_000, arrayBuffers: 1_000_000 },
      5_000_000,
      { user: 12_000, system: 0 },
      { user: 10_000, system: 0 },
      4_883,
      0,
      3_000_000,
      128 * 1024 * 1024,
    ]);
  });

  test("the modules of Node that are there", async () => {
    expect(
      await guest.run(`
        const EventEmitter = require('events');
        const { EventEmitter: named, once } = require('node:events');
        const emitter = new EventEmitter();
        let got; emitter.once('x', (value) => { got = value; }); emitter.emit('x', 5);
        const { fileURLToPath, pathToFileURL, URL: Url } = require('node:url');
        return [
          got, named === EventEmitter, typeof once, require('buffer').Buffer === Buffer, require('node:process') === process,
          require('timers').setTimeout === setTimeout, Url === URL, fileURLToPath('file:///a%20b'), pathToFileURL('/a b').href,
          require('node:url') === require('url'),
        ];`),
    ).toEqual([5, true, "function", true, true, true, true, "/a b", "file:///a%20b", true]);
  });
});
