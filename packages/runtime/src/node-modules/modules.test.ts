import { builtinModules } from "node:module";
import { REFUSED_NODE_MODULES } from "@sluice/core";
import { bundlePrelude } from "../index.ts";
import { GuestHarness } from "../testing/harness.ts";
import { runInGuest, runInNode } from "../testing/reference.ts";

let prelude: string;

beforeAll(async () => {
  prelude = await bundlePrelude();
});

const inGuest = (body: string): Promise<unknown> => runInGuest(new GuestHarness(prelude), body);

describe("what a module computes is what Node's computes", () => {
  test.each([
    [
      "util.promisify",
      "const { promisify } = require('util'); const f = promisify((a, done) => done(null, a + 1)); const g = promisify((done) => done(new Error('no'))); return [await f(1), await g().catch((e) => e.message), promisify(f) === f, await promisify(setTimeout)(1, 'slept')];",
    ],
    [
      "util.callbackify",
      "const { callbackify } = require('util'); return await new Promise((r) => callbackify(async (a) => a * 2)(4, (e, v) => r([e, v])));",
    ],
    [
      "util.callbackify of a falsy rejection",
      "const { callbackify } = require('util'); return await new Promise((r) => callbackify(() => Promise.reject(null))((e) => r([e.code, e.message, e.reason])));",
    ],
    [
      "util.inherits and deprecate",
      "const { inherits, deprecate } = require('util'); function A() {} A.prototype.hi = () => 1; function B() {} inherits(B, A); return [new B().hi(), B.super_ === A, deprecate((x) => x, 'old', 'DEP_T')(3)];",
    ],
    [
      "util.format and inspect",
      "const u = require('util'); class P { [u.inspect.custom]() { return 'P!'; } } return [u.format('%s %d %j', 'a', 1, { b: 2 }, [3]), u.inspect({ a: { b: { c: { d: 1 } } } }), u.inspect(new Map([[1, new P()]])), u.inspect({ a: { b: { c: {} } } }, { depth: 0 }), u.inspect(Buffer.from('hi'))];",
    ],
    [
      "util.types",
      "const { types } = require('util'); const v = [new Map(), new Set(), /x/, new Date(), Promise.resolve(), new Error(), new Uint8Array(1), new ArrayBuffer(1), new DataView(new ArrayBuffer(1)), async () => {}, function* () {}, new Number(1), new WeakMap(), {}, [], null, 1, 'a', { [Symbol.toStringTag]: 'Map' }]; return ['isMap','isSet','isRegExp','isDate','isPromise','isNativeError','isUint8Array','isTypedArray','isArrayBuffer','isAnyArrayBuffer','isDataView','isAsyncFunction','isGeneratorFunction','isBoxedPrimitive','isNumberObject','isWeakMap','isArrayBufferView'].map((n) => [n, v.map((x) => types[n](x))]);",
    ],
    [
      "util.isDeepStrictEqual",
      "const { isDeepStrictEqual: q } = require('util'); const c = { n: 1 }; c.c = c; const d = { n: 1 }; d.c = d; return [q({ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }), q({ a: 1 }, { a: '1' }), q(new Set([1, { a: 1 }]), new Set([{ a: 1 }, 1])), q(new Map([[{ a: 1 }, 2]]), new Map([[{ a: 1 }, 2]])), q(NaN, NaN), q(0, -0), q([1, , 2], [1, undefined, 2]), q(new Date(1), new Date(1)), q(/a/g, /a/i), q(c, d), q(new Error('a'), new Error('a')), q(new Error('a'), new Error('b')), q(Buffer.from('a'), Buffer.from('a')), q([], {}), q(Object.create(null), {}), q(new Number(1), new Number(2))];",
    ],
    [
      "util.parseArgs",
      "const { parseArgs } = require('util'); const o = { args: ['-vf', 'x', '--bar=b', '--list', '1', '--list', '2', 'pos', '--', '--raw'], options: { v: { type: 'boolean', short: 'v' }, file: { type: 'string', short: 'f' }, bar: { type: 'string' }, list: { type: 'string', multiple: true }, d: { type: 'string', default: 'dd' } }, allowPositionals: true }; const r = parseArgs(o); let code; try { parseArgs({ args: ['--nope'] }); } catch (e) { code = e.code; } return [r.values, r.positionals, code];",
    ],
    [
      "util.styleText and stripVTControlCharacters",
      "const u = require('util'); const s = u.styleText(['bold', 'red'], 'x', { validateStream: false }); return [s, u.stripVTControlCharacters(s), u.parseEnv('A=1\\nB=\"two words\" # c\\nexport C=x')];",
    ],
    [
      "path",
      "const p = require('path'); return [p.join('/a', '..', 'b', './c'), p.resolve('/a', 'b', '../c'), p.relative('/a/b/c', '/a/d'), p.parse('/x/y.tar.gz'), p.format({ dir: '/q', base: 'f.t' }), p.extname('.bashrc'), p.basename('/a/b.txt', '.txt'), p.normalize('/a//b/../c/.'), p.isAbsolute('a'), p.sep, p.delimiter, p.posix === p, p.matchesGlob('/a/b/c.js', '/a/**/*.{js,ts}'), p.matchesGlob('/a/b', '/a/*/c')];",
    ],
    [
      "querystring",
      "const q = require('querystring'); return [q.parse('a=1&b=2&a=3&c=%20x+y&d&=e&%zz=%zz'), q.stringify({ a: [1, 2], b: 'x y&', c: true, d: null, e: undefined, f: NaN, g: {}, h: 5n }), q.escape('ä/!'), q.unescape('%E4%b8'), q.parse('a:1;b:2', ';', ':'), Object.keys(q.parse('a&b&c', null, null, { maxKeys: 2 }))];",
    ],
    [
      "legacy url.parse",
      "const u = require('url'); const pick = ({ protocol, auth, host, port, hostname, hash, search, query, pathname, path, href, slashes }) => ({ protocol, auth, host, port, hostname, hash, search, query: typeof query === 'object' && query ? { ...query } : query, pathname, path, href, slashes }); return [pick(u.parse('http://user:pw@Host.com:8080/p/a?x=1&x=2#h', true)), pick(u.parse('/rel?q')), u.resolve('http://a.com/b/c', '../d'), u.resolve('/one/two', 'three'), u.format({ protocol: 'https', hostname: 'x.y', pathname: '/z', query: { a: 1 } })];",
    ],
    [
      "url of files and options",
      "const u = require('url'); const o = u.urlToHttpOptions(new URL('https://a:b@x.y:81/p?q#h')); return [u.fileURLToPath('file:///a%20b/c'), u.pathToFileURL('/a b/#?%').href, o.auth, o.port, o.path, o.hostname, o.protocol, u.format(new URL('http://a:b@x.y/p?q#h'), { auth: false, fragment: false, search: false }), u.domainToASCII('español.com'), u.domainToUnicode('xn--espaol-zwa.com')];",
    ],
    [
      "errors of url",
      "const u = require('url'); const codes = []; for (const f of [() => u.fileURLToPath('http://x'), () => u.fileURLToPath('file:///a%2fb'), () => u.parse(5), () => u.fileURLToPath(1)]) try { f(); } catch (e) { codes.push([e.name, e.code]); } return codes;",
    ],
    [
      "Buffer",
      "const b = Buffer.from('häß€😀'); const n = Buffer.alloc(16); n.writeBigInt64LE(-5n); n.writeUInt32BE(0xdeadbeef, 8); n.writeFloatLE(1.5, 12); return [b.toString('hex'), b.toString('base64url'), Buffer.from(b.toString('base64url'), 'base64url').equals(b), b.length, String(n.readBigInt64LE()), n.readUint32BE(8), n.readFloatLE(12), b.subarray(1, 3).toString('latin1'), Buffer.concat([b, Buffer.from([1])]).length, Buffer.compare(Buffer.from('a'), Buffer.from('b')), b.indexOf('€'), b.includes('ß'), b.toJSON().data.length, Buffer.byteLength('€'), Buffer.isEncoding('BASE64URL'), b.latin1Slice(0, 2), [...Buffer.from('ab').entries()], Buffer.from('ff', 'hex')[0], Buffer.from('abc').fill('xy').toString(), Buffer.from([1, 2, 3]).swap16 !== undefined, JSON.stringify(Object.keys(Buffer.from('ab')))];",
    ],
    [
      "buffer module",
      "const b = require('buffer'); return [b.isUtf8(Buffer.from('é')), b.isUtf8(Buffer.from([0xff])), b.isAscii(Buffer.from('a')), b.isAscii(Buffer.from('é')), b.atob('aGk='), b.btoa('hi'), b.transcode(Buffer.from('€a'), 'utf8', 'latin1').toString('latin1'), b.constants.MAX_STRING_LENGTH, Buffer.copyBytesFrom(new Uint16Array([1, 2]), 1).toString('hex')];",
    ],
    [
      "errors of Buffer",
      "const codes = []; for (const f of [() => Buffer.from(5), () => Buffer.alloc(-1), () => Buffer.alloc(1).readInt32LE(0), () => Buffer.from('a').toString('nope')]) try { f(); codes.push('fine'); } catch (e) { codes.push(e.name); } return codes;",
    ],
    [
      "assert, what passes",
      "const a = require('assert'); a(1); a.ok(true); a.equal(1, '1'); a.strictEqual('a', 'a'); a.deepEqual({ a: 1 }, { a: '1' }); a.deepStrictEqual([1, { a: 2 }], [1, { a: 2 }]); a.throws(() => { throw new TypeError('bad'); }, TypeError); a.throws(() => { throw new Error('bad thing'); }, /bad/); a.throws(() => { throw Object.assign(new Error('m'), { code: 'X' }); }, { code: 'X', message: 'm' }); await a.rejects(Promise.reject(new Error('r')), { message: 'r' }); await a.doesNotReject(async () => 1); a.match('abc', /b/); a.doesNotMatch('abc', /x/); a.notEqual(1, 2); a.ifError(null); a.strict.equal(1, 1); return 'passed';",
    ],
    [
      "assert, what fails and how",
      "const a = require('assert'); const out = []; const s = require('assert/strict'); for (const f of [() => a.strictEqual(1, 2), () => a.strictEqual('a', 'b'), () => a.notStrictEqual(1, 1), () => a.equal(1, 2), () => a.notEqual(1, 1), () => a.ok(0, 'said'), () => a.fail(), () => a.fail('x'), () => a.throws(() => {}), () => a.throws(() => {}, TypeError), () => a.match('abc', /x/), () => a.ifError(new Error('e')), () => a.doesNotThrow(() => { throw new Error('z'); }), () => s.equal(1, '1')]) try { f(); out.push('passed'); } catch (e) { out.push([e.name, e.code, e.message, e.operator, e.generatedMessage]); } return out;",
    ],
    [
      "assert.deepStrictEqual names both sides",
      "const a = require('assert'); try { a.deepStrictEqual({ a: 1, b: [1, 2] }, { a: 1, b: [1, 3] }); } catch (e) { return [e.message.split('\\n')[0], e.message.includes('+') && e.message.includes('-'), e.actual, e.expected, e.operator, e.code]; }",
    ],
    [
      "events: order, once, prepend, remove",
      "const E = require('events'); const e = new E(); const log = []; e.on('x', () => log.push(1)); e.once('x', (...a) => log.push(a)); e.prependListener('x', () => log.push(0)); e.emit('x', 'p', 'q'); e.emit('x'); const f = () => {}; e.on('y', f); e.off('y', f); return [log, e.eventNames(), e.listenerCount('x'), e.emit('y'), E.listenerCount(e, 'x'), E.getEventListeners(e, 'x').length, e.rawListeners('x').length];",
    ],
    [
      "events: errors",
      "const E = require('events'); const out = []; const e = new E(); for (const v of [new Error('a'), 'text']) try { e.emit('error', v); } catch (x) { out.push([x.message, x.code]); } e.on(E.errorMonitor, (x) => out.push('seen ' + x.message)); try { e.emit('error', new Error('b')); } catch { out.push('thrown'); } try { e.on('x', 5); } catch (x) { out.push(x.code, x.message); } return out;",
    ],
    [
      "events: once and on as promises",
      "const { once, on, EventEmitter } = require('events'); const e = new EventEmitter(); setTimeout(() => e.emit('go', 1, 2)); const a = await once(e, 'go'); setTimeout(() => e.emit('error', new Error('bad'))); const b = await once(e, 'go').catch((x) => x.message); setTimeout(() => { e.emit('n', 1); e.emit('n', 2); e.emit('end'); }); const c = []; for await (const [n] of on(e, 'n', { close: ['end'] })) c.push(n); const ac = new AbortController(); setTimeout(() => ac.abort()); const d = await once(e, 'never', { signal: ac.signal }).catch((x) => [x.name, x.code]); return [a, b, c, d];",
    ],
    [
      "events: captured rejections",
      "const E = require('events'); const e = new E({ captureRejections: true }); e.on('x', async () => { throw new Error('late'); }); const p = new Promise((r) => e.on('error', r)); e.emit('x'); return (await p).message;",
    ],
    [
      "events: newListener, removeListener, inheritance",
      "const E = require('events'); function O() { E.call(this); } require('util').inherits(O, E); const o = new O(); const log = []; o.on('newListener', (n) => log.push('+' + String(n))); o.on('removeListener', (n) => log.push('-' + String(n))); const f = () => {}; o.on('a', f); o.removeListener('a', f); class C extends E {} return [log, o instanceof E, new C() instanceof E, E.defaultMaxListeners, o.getMaxListeners(), o.setMaxListeners(3).getMaxListeners()];",
    ],
    [
      "process.nextTick comes before microtasks, and timers last",
      "const log = []; await new Promise((done) => setTimeout(() => { Promise.resolve().then(() => log.push('micro')); process.nextTick((x) => log.push(x), 'tick'); queueMicrotask(() => { log.push('micro2'); process.nextTick(() => log.push('tick2')); Promise.resolve().then(() => log.push('micro3')); }); setImmediate(() => { log.push('immediate'); done(); }); log.push('sync'); })); return log;",
    ],
    [
      "process",
      "return [process.cwd.length, process.platform, typeof process.pid, process.version, process.release.name, Array.isArray(process.hrtime()), typeof process.hrtime.bigint(), process.on('exit', () => {}) === process, process.listenerCount('exit') > 0, process.emit('nothing'), typeof process.uptime(), process.exitCode, typeof process.umask(), process.stdout.write.length > 0, process.getBuiltinModule('path') === require('path'), process.getBuiltinModule('nope')];",
    ],
    [
      "timers/promises",
      "const t = require('timers/promises'); const ac = new AbortController(); setTimeout(() => ac.abort()); const n = []; for await (const v of t.setInterval(1, 'v')) { n.push(v); if (n.length === 3) break; } return [await t.setTimeout(1, 'a'), await t.setImmediate('b'), await t.setTimeout(9999, 0, { signal: ac.signal }).catch((e) => [e.name, e.code]), await t.scheduler.wait(1), n];",
    ],
    [
      "zlib, there and back in every form",
      "const z = require('zlib'); const { promisify } = require('util'); const data = Buffer.from('sluice '.repeat(500)); const out = []; for (const [c, d] of [['gzip', 'gunzip'], ['deflate', 'inflate'], ['deflateRaw', 'inflateRaw'], ['gzip', 'unzip'], ['deflate', 'unzip']]) { out.push(z[d + 'Sync'](z[c + 'Sync'](data, { level: 9 })).equals(data), (await promisify(z[d])(await promisify(z[c])(data))).equals(data)); } const s = z.createGzip(); s.end(data); const { buffer } = require('stream/consumers'); out.push(z.gunzipSync(await buffer(s)).equals(data), (await buffer(require('stream').Readable.from([z.deflateSync(data)]).pipe(z.createInflate()))).equals(data)); return [out, z.crc32('hello'), z.crc32(Buffer.from('lo'), z.crc32('hel')), z.constants.Z_BEST_COMPRESSION, z.inflateSync(z.deflateSync('x', { dictionary: Buffer.from('xyz') }), { dictionary: Buffer.from('xyz') }).toString()];",
    ],
    [
      "zlib reads what Node wrote, several members too",
      "const z = require('zlib'); const g = Buffer.from('H4sIAAAAAAAAA8tIzcnJBwCGphA2BQAAAA==', 'base64'); return [z.gunzipSync(g).toString(), z.gunzipSync(Buffer.concat([g, g])).toString(), z.unzipSync(g).toString()];",
    ],
    [
      "errors of zlib",
      "const z = require('zlib'); const out = []; for (const f of [() => z.gunzipSync('nonsense'), () => z.inflateSync(Buffer.from([1, 2, 3])), () => z.gunzipSync(z.gzipSync('abc').subarray(0, 12)), () => z.gunzipSync(z.gzipSync('a'.repeat(1000)), { maxOutputLength: 10 }), () => z.deflateSync(5)]) try { f(); out.push('fine'); } catch (e) { out.push([e.code, e.errno, e.message.slice(0, 30)]); } const p = await new Promise((r) => z.gunzip(Buffer.from('zz'), (e) => r(e.code))); const s = await new Promise((r) => z.createGunzip().on('error', (e) => r([e.code, e.message])).end('garbage')); return [out, p, s];",
    ],
    [
      "readline over a stream",
      "const { createInterface } = require('readline'); const { Readable } = require('stream'); const lines = []; for await (const l of createInterface({ input: Readable.from(['one\\ntw', 'o\\r\\nthree']), crlfDelay: Infinity })) lines.push(l); const rl = createInterface({ input: Readable.from(['a\\nb\\n']) }); const ev = []; rl.on('line', (l) => ev.push(l)); await new Promise((r) => rl.on('close', r)); return [lines, ev];",
    ],
    [
      "diagnostics_channel",
      "const d = require('diagnostics_channel'); const c = d.channel('t'); const log = []; const f = (m, n) => log.push([m, n]); d.subscribe('t', f); c.publish({ a: 1 }); const had = c.hasSubscribers; d.unsubscribe('t', f); c.publish(2); const tr = d.tracingChannel('op'); tr.subscribe({ start: (x) => log.push('start'), end: () => log.push('end'), asyncEnd: (x) => log.push(['done', x.result]), error: (x) => log.push(x.error.message) }); await tr.tracePromise(async () => 7, {}); try { tr.traceSync(() => { throw new Error('no'); }); } catch {} return [had, c.hasSubscribers, log];",
    ],
    [
      "module",
      "const m = require('module'); const r = m.createRequire('/var/task/index.js'); return [m.isBuiltin('fs'), m.isBuiltin('node:test'), m.isBuiltin('test'), m.isBuiltin('lodash'), r('path') === require('path'), m.builtinModules.includes('stream')];",
    ],
    [
      "small ones",
      "const os = require('os'); const w = require('worker_threads'); const h = require('perf_hooks').createHistogram(); h.record(5); h.record(7); return [os.EOL, os.constants.signals.SIGTERM, os.constants.errno.ENOENT, require('tty').isatty(1), w.isMainThread, require('punycode').toASCII('mañana.com'), require('constants').O_RDONLY, typeof require('perf_hooks').performance.now(), require('sys') === require('util'), h.count, typeof require('v8').getHeapStatistics().heap_size_limit];",
    ],
    [
      "console.Console",
      "const { Console } = require('console'); const { Writable } = require('stream'); const out = []; const sink = (n) => new Writable({ write(c, e, d) { out.push([n, String(c)]); d(); } }); const c = new Console({ stdout: sink('o'), stderr: sink('e') }); c.log('a %d', 1); c.error({ b: 1 }); c.info('i'); c.warn('w'); c.group('g'); c.log('in'); await new Promise((r) => setTimeout(r, 5)); return [out, typeof console.Console];",
    ],
  ])("%s", async (_, body) => {
    expect(await inGuest(body)).toEqual(await runInNode(body));
  });
});

test("every module of Node's can be required, with prefix and without, but those of other parts of the runtime", async () => {
  const names = builtinModules.filter(
    (name) => !name.startsWith("_") && !/^(?:crypto|net|tls|https?|dns)\b/.test(name),
  );
  const failed = await inGuest(
    `return ${JSON.stringify(names)}.filter((name) => { try { return require(name) !== require("node:" + name.replace("node:", "")); } catch { return true; } });`,
  );
  expect(failed).toEqual([]);
});

test("what a module exports in Node has a counterpart of the same kind here", async () => {
  const names = [
    "assert",
    "buffer",
    "child_process",
    "events",
    "fs",
    "path",
    "querystring",
    "stream",
    "string_decoder",
    "util",
    "zlib",
    "os",
  ];
  const body = `return Object.fromEntries(${JSON.stringify(names)}.map((name) => { const m = require(name); return [name, Object.keys(m).filter((key) => typeof m[key] === "function" && !key.startsWith("_")).sort()]; }));`;
  const [here, there] = (await Promise.all([inGuest(body), runInNode(body)])) as [
    Record<string, string[]>,
    Record<string, string[]>,
  ];
  const missing = Object.fromEntries(
    names.map((name) => [name, (there[name] ?? []).filter((key) => !here[name]?.includes(key))]),
  );
  const LEFT_OUT = {
    // The classes are globals of the web part, which this module hands on when they are there.
    buffer: ["Blob", "File"],
    assert: ["Assert", "CallTracker", "partialDeepStrictEqual"],
    fs: ["glob", "globSync", "lchmod", "lchmodSync", "mkdtempDisposableSync", "openAsBlob", "Utf8Stream"],
    util: [
      "MIMEParams",
      "convertProcessSignalToExitCode",
      "MIMEType",
      "_errnoException",
      "_exceptionWithHostPort",
      "diff",
      "getSystemErrorMap",
      "getSystemErrorMessage",
      "getSystemErrorName",
      "setTraceSigInt",
      "transferableAbortController",
      "transferableAbortSignal",
    ],
  } as Record<string, string[]>;
  for (const name of names) {
    expect({ name, missing: missing[name]?.filter((key) => !LEFT_OUT[name]?.includes(key)) }).toEqual({
      name,
      missing: [],
    });
  }
});

describe("what cannot be had", () => {
  test.each(Object.keys(REFUSED_NODE_MODULES))(
    "%s can be imported, and using it says what to do instead",
    async (name) => {
      const refused = (await inGuest(
        `const m = require("node:${name}"); return Object.keys(m).filter((k) => typeof m[k] === "function").flatMap((k) => { try { m[k](); return []; } catch (e) { return [[e.code, e.message]]; } });`,
      )) as [string, string][];
      expect(refused.length).toBeGreaterThan(0);
      for (const [code, message] of refused) {
        expect(code).toBe("ERR_SLUICE_UNAVAILABLE");
        expect(message).toContain(`is not available in a Sluice function: ${REFUSED_NODE_MODULES[name]}`);
      }
    },
  );

  test("a class is refused when it is made, and one member of an otherwise good module too", async () => {
    expect(await inGuest("new (require('worker_threads').Worker)('x.js');")).toContain("worker_threads.Worker is not");
    expect(await inGuest("process.binding('fs');")).toContain("process.binding is not available");
    expect(await inGuest("require('zlib').brotliCompressSync('x');")).toContain("zlib.brotliCompressSync is not");
  });

  test("unknown modules stay unknown", async () => {
    expect(await inGuest("require('left-pad');")).toContain("Cannot find module 'left-pad'");
    expect(await inGuest("require('constructor');")).toContain("Cannot find module 'constructor'");
  });
});
