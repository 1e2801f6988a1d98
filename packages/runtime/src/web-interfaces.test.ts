import { bundlePrelude } from "./index.ts";
import { GuestHarness } from "./testing/harness.ts";
import { asyncInGuest, asyncInNode } from "./testing/reference.ts";

let prelude: string;
let guest: GuestHarness;

beforeAll(async () => {
  prelude = await bundlePrelude();
});

beforeEach(() => {
  guest = new GuestHarness(prelude);
});

describe("URLPattern is Node's", () => {
  test.each([
    "const p = new URLPattern({ pathname: '/users/:id' }); const m = p.exec('https://a.b/users/7?x=1'); return [p.test('https://a.b/users/7'), p.test('https://a.b/x'), m.pathname.groups.id, m.search.input];",
    "const p = new URLPattern('https://*.example.com/:type(img|css)/*'); return [p.hostname, p.pathname, p.test('https://cdn.example.com/img/a.png'), p.test('https://cdn.example.com/js/a.js'), p.protocol];",
    "return new URLPattern('/a/:b', 'https://x.y').exec('https://x.y/a/c').pathname.groups;",
    "return new URLPattern({ pathname: '/A' }, { ignoreCase: true }).test('https://x.y/a');",
    "return new URLPattern({ pathname: '/(\\\\d+)' }).hasRegExpGroups;",
    "new URLPattern({ pathname: '/(' })",
    "new URLPattern('/relative')",
  ])("%s", async (body) => {
    expect(await asyncInGuest(guest, body)).toBe(await asyncInNode(body));
  });
});

describe("events are Node's", () => {
  test.each([
    "const e = new Event('x'); e.type = 'y'; return e.type;",
    "const c = new AbortController(); const t = new EventTarget(); let n = 0; t.addEventListener('x', () => n++, { signal: c.signal }); t.dispatchEvent(new Event('x')); c.abort(); t.dispatchEvent(new Event('x')); return n;",
    "const t = new EventTarget(); let prevented; t.addEventListener('x', (e) => { e.preventDefault(); prevented = e.defaultPrevented; }, { passive: true }); return [t.dispatchEvent(new Event('x', { cancelable: true })), prevented];",
    "const t = new EventTarget(); const l = []; const f = () => l.push(1); t.addEventListener('x', f, true); t.removeEventListener('x', f); t.dispatchEvent(new Event('x')); t.removeEventListener('x', f, { capture: true }); t.dispatchEvent(new Event('x')); return l;",
    "new EventTarget().addEventListener('x', 5)",
    "new EventTarget().addEventListener('x')",
    "new EventTarget().addEventListener('x', () => {}, { signal: 1 })",
    "return [new CloseEvent('c', { code: 5, reason: 'r', wasClean: true })].map((e) => [e.code, e.reason, e.wasClean, e.type]);",
    "const e = new MessageEvent('m', { data: { a: 1 }, origin: 'o', lastEventId: 'i' }); return [e.data, e.origin, e.lastEventId, e.source, e.ports];",
    "new CustomEvent()",
  ])("%s", async (body) => {
    expect(await asyncInGuest(guest, body)).toBe(await asyncInNode(body));
  });

  test("the classes that Node has not", async () => {
    expect(
      await guest.run(`
        const e = new ErrorEvent('error', { message: 'm', filename: 'f', lineno: 2, colno: 3, error: 4 });
        const p = new PromiseRejectionEvent('unhandledrejection', { promise: Promise.resolve(), reason: 'r' });
        const g = new ProgressEvent('progress', { lengthComputable: true, loaded: 1, total: 2 });
        let missing; try { new PromiseRejectionEvent('x', {}); } catch (error) { missing = error.name; }
        return [e.message, e.filename, e.lineno, e.colno, e.error, p.reason, p.promise instanceof Promise, g.loaded, g.total, g.lengthComputable, missing, e instanceof Event];`),
    ).toEqual(["m", "f", 2, 3, 4, "r", true, 1, 2, true, "TypeError", true]);
  });

  test("listeners that capture come first", () => {
    expect(
      guest.evaluate(
        "(() => { const l = []; const t = new EventTarget(); t.addEventListener('x', () => l.push('b')); t.addEventListener('x', () => l.push('a'), true); t.dispatchEvent(new Event('x')); return l.join(); })()",
      ),
    ).toBe("a,b");
  });
});

describe("where Node does something else, the standard counts", () => {
  const listenTwice = `const t = new EventTarget(); const l = []; t.addEventListener('x', () => l.push(1));
    t.addEventListener('x', (e) => l.push(e.eventPhase, e.currentTarget === t, e.composedPath().length));
    t.dispatchEvent(new Event('x')); return l;`;
  const nested = `const e = new Event('x'); const t = new EventTarget(); let name; t.addEventListener('x', () => {
    try { t.dispatchEvent(e); } catch (error) { name = error.name; } }); t.dispatchEvent(e); return name;`;
  const shape = `const e = new Event('x', { bubbles: true, cancelable: true }); e.preventDefault();
    return [e.type, e.bubbles, e.defaultPrevented, e.returnValue, e.eventPhase, Object.keys(e), Event.AT_TARGET,
      Object.getOwnPropertyDescriptor(e, 'isTrusted').configurable];`;
  test.each([
    ["an event's phase outlives its first listener", listenTwice, [1, 2, true, 1]],
    ["an event cannot be dispatched while it is", nested, "InvalidStateError"],
    ["the members of an event", shape, ["x", true, true, false, 0, ["isTrusted"], 2, false]],
    ["the tag of URLPattern", "return String(new URLPattern());", "[object URLPattern]"],
    [
      "AbortSignal.timeout with a negative number",
      "try { AbortSignal.timeout(-1); } catch (error) { return error.name; }",
      "TypeError",
    ],
  ])("%s", async (_, body, expected) => {
    expect(await guest.run(body)).toEqual(expected);
  });
});

describe("AbortSignal is Node's", () => {
  test.each([
    "const c = new AbortController(); const any = AbortSignal.any([c.signal, AbortSignal.any([c.signal])]); const l = []; any.onabort = (e) => l.push(e.type, e.isTrusted, any.reason, e.target === any); c.abort('why'); return [any.aborted, ...l];",
    "return [AbortSignal.any([]).aborted, AbortSignal.any([AbortSignal.abort(1)]).reason];",
    "const s = AbortSignal.timeout(1); await new Promise((resolve) => s.addEventListener('abort', resolve)); return [s.reason.name, s.reason.code, s.reason instanceof DOMException];",
    "return AbortSignal.abort().reason.name;",
    "return thrown(() => AbortSignal.abort(new RangeError('x')).throwIfAborted());",
    "AbortSignal.timeout()",
    "AbortSignal.any([1])",
    "new AbortSignal()",
    "const c = new AbortController(); const l = []; const any = AbortSignal.any([c.signal]); c.signal.addEventListener('abort', () => l.push(any.aborted)); c.abort(); return l;",
  ])("%s", async (body) => {
    expect(await asyncInGuest(guest, body)).toBe(await asyncInNode(body));
  });
});

describe("MessageChannel", () => {
  test.each([
    "const { port1, port2 } = new MessageChannel(); const got = new Promise((resolve) => { port2.onmessage = (e) => resolve([e.data, e instanceof MessageEvent, e.type, e.target === port2]); }); const m = { a: new Map([[1, 2]]) }; port1.postMessage(m); const r = await got; port1.close(); return [[...r[0].a], r[0] !== m, ...r.slice(1)];",
    "const { port1, port2 } = new MessageChannel(); port1.postMessage(1); port1.postMessage(2); const l = []; await new Promise((resolve) => { port2.addEventListener('message', (e) => { l.push(e.data); if (l.length === 2) resolve(); }); port2.start(); }); port1.close(); return l;",
    "const { port1, port2 } = new MessageChannel(); const inner = new MessageChannel(); const got = new Promise((resolve) => { port2.onmessage = (e) => resolve(e); }); port1.postMessage({ p: inner.port2 }, [inner.port2]); const e = await got; const answered = new Promise((resolve) => { inner.port1.onmessage = (m) => resolve(m.data); }); e.data.p.postMessage('hi'); const r = [e.ports.length, e.ports[0] === e.data.p, await answered]; port1.close(); inner.port1.close(); return r;",
    "const b = new ArrayBuffer(4); const { port1, port2 } = new MessageChannel(); const got = new Promise((resolve) => { port2.onmessage = (e) => resolve(e.data.byteLength); }); port1.postMessage(b, { transfer: [b] }); const r = [b.byteLength, await got]; port1.close(); return r;",
    "const { port1 } = new MessageChannel(); try { return await thrown(() => port1.postMessage(() => {})); } finally { port1.close(); }",
    "const { port1 } = new MessageChannel(); try { return await thrown(() => port1.postMessage(1, [port1])); } finally { port1.close(); }",
    "new MessagePort()",
    "const { port1, port2 } = new MessageChannel(); const l = []; port2.onmessage = (e) => { l.push(e.data); Promise.resolve().then(() => l.push('micro')); }; port1.postMessage(1); port1.postMessage(2); l.push('sync'); await new Promise((resolve) => setTimeout(resolve, 20)); port1.close(); return l;",
  ])("%s", async (body) => {
    expect(await asyncInGuest(guest, body)).toBe(await asyncInNode(body));
  });
});

describe("structuredClone of the web's own objects", () => {
  test.each([
    "const b = structuredClone({ b: new Blob(['hi'], { type: 'a/b' }) }).b; return [b instanceof Blob, b.type, await b.text()];",
    "const e = structuredClone(new DOMException('m', 'DataError')); return [e instanceof DOMException, e.name, e.code, e.message];",
    "const b = new ArrayBuffer(8); const view = new Uint8Array(b, 2, 3); view[0] = 9; const c = structuredClone({ view, b }, { transfer: [b] }); return [b.byteLength, c.view.length, c.view.byteOffset, c.view[0], c.view.buffer === c.b];",
    "const b = new ArrayBuffer(8); const name = await thrown(() => structuredClone({ b, f() {} }, { transfer: [b] })); return [name, b.byteLength];",
    "const b = new ArrayBuffer(8); return thrown(() => structuredClone(b, { transfer: [b, b] }));",
    "const b = new ArrayBuffer(8); structuredClone(b, { transfer: [b] }); return [await thrown(() => structuredClone(b)), await thrown(() => structuredClone(1, { transfer: [b] }))];",
    "const { port1 } = new MessageChannel(); try { return await thrown(() => structuredClone(port1)); } finally { port1.close(); }",
    "const e = new RangeError('m'); e.extra = 1; const c = structuredClone(e); return [c.name, c.message, c.extra, c.stack === e.stack];",
    "class Custom extends TypeError {} const c = structuredClone(new Custom('m')); return [c.constructor === TypeError, c.name];",
    "return [structuredClone(new Float16Array([1])), structuredClone(new BigInt64Array([1n])).length, Object.is(structuredClone(-0), -0), structuredClone(10n) === 10n];".replace(
      "structuredClone(new Float16Array([1])), ",
      "",
    ),
    "structuredClone(1, 2)",
  ])("%s", async (body) => {
    expect(await asyncInGuest(guest, body)).toBe(await asyncInNode(body));
  });

  test("a File stays a file", async () => {
    expect(
      await guest.run(
        "const f = structuredClone(new File(['x'], 'n', { lastModified: 3, type: 'a/b' })); return [f instanceof File, f.name, f.lastModified, f.type, await f.text()];",
      ),
    ).toEqual([true, "n", 3, "a/b", "x"]);
  });

  test.each([
    "new Response()",
    "new Headers()",
    "new Event('x')",
    "new AbortController().signal",
    "new URL('http://a')",
    "new ReadableStream()",
  ])("%s cannot be cloned", async (value) => {
    expect(await guest.run(`try { structuredClone(${value}); } catch (error) { return error.name; }`)).toBe(
      "DataCloneError",
    );
  });
});

describe("performance", () => {
  test.each([
    "performance.clearMarks(); performance.clearMeasures(); performance.mark('a', { startTime: 5, detail: { x: 1 } }); performance.mark('b', { startTime: 9 }); const m = performance.measure('m', 'a', 'b'); return [m.name, m.entryType, m.startTime, m.duration, performance.getEntriesByName('a')[0].detail, performance.getEntriesByType('mark').map((e) => e.name), m instanceof PerformanceEntry, JSON.stringify(performance.getEntriesByName('a')[0].toJSON().startTime)];",
    "performance.clearMarks(); performance.clearMeasures(); performance.mark('a', { startTime: 1 }); performance.mark('b', { startTime: 2 }); performance.clearMarks('a'); return performance.getEntries().filter((e) => e.entryType === 'mark').map((e) => e.name);",
    "const m = performance.measure('m', { start: 5, duration: 7 }); return [m.startTime, m.duration];",
    "const m = performance.measure('m', { end: 9, duration: 7, detail: 4 }); return [m.startTime, m.duration, m.detail];",
    "performance.measure('m', 'no such mark')",
    "performance.measure()",
    "performance.mark('a', { startTime: -1 })",
    "return [performance instanceof EventTarget, performance instanceof Performance, typeof performance.now(), performance.toJSON().timeOrigin === performance.timeOrigin];",
  ])("%s", async (body) => {
    expect(await asyncInGuest(guest, body)).toBe(await asyncInNode(body));
  });
});

describe("reportError", () => {
  test("hands the error to onerror, which may take care of it", async () => {
    expect(
      await guest.run(
        "let got; globalThis.onerror = (message, file, line, column, error) => { got = [message, error.message]; return true; }; reportError(new RangeError('x')); delete globalThis.onerror; return got;",
      ),
    ).toEqual(["Uncaught RangeError: x", "x"]);
  });

  test("is an uncaught error otherwise: it fails the invocation", async () => {
    await expect(guest.run("reportError(new RangeError('oh')); await new Promise(() => {});")).rejects.toThrow(
      "RangeError: oh",
    );
  });
});

describe("the shape of interfaces", () => {
  test.each([
    "Response:body,bodyUsed,text,json,bytes,arrayBuffer,blob,formData,status,clone",
    "Request:body,text,formData,method,url,headers,signal,duplex,clone",
    "Headers:get,set,append,forEach",
    "Blob:size,type,slice,stream,text,arrayBuffer,bytes",
    "Event:type,target,preventDefault",
    "AbortSignal:aborted,reason,onabort,throwIfAborted",
  ])("members of %s are enumerable and belong to its prototype", (text) => {
    const [name, members] = text.split(":");
    expect(
      guest.evaluate(
        `"${members}".split(",").filter((m) => !Object.getOwnPropertyDescriptor(${name}.prototype, m)?.enumerable).join()`,
      ),
    ).toBe("");
    expect(
      guest.evaluate(
        `Object.getPrototypeOf(${name}.prototype) === (${name} === AbortSignal ? EventTarget : Object).prototype`,
      ),
    ).toBe(true);
  });

  test.each([
    "Object.getOwnPropertyDescriptor(Response.prototype, 'status').get.call({})",
    "Object.getOwnPropertyDescriptor(Blob.prototype, 'size').get.call(new Headers())",
    "Headers.prototype.get.call({}, 'a')",
    "Object.getOwnPropertyDescriptor(Event.prototype, 'type').get.call({})",
    "EventTarget.prototype.addEventListener.call({}, 'x', () => {})",
    "AbortSignal.prototype.throwIfAborted.call({})",
    "TextEncoder.prototype.encode.call({})",
    "TextDecoder.prototype.decode.call({})",
    "Performance.prototype.now.call({})",
    "Object.getOwnPropertyDescriptor(Navigator.prototype, 'userAgent').get.call({})",
    "Object.getOwnPropertyDescriptor(TextEncoder.prototype, 'encoding').get.call({})",
    "new Navigator()",
    "new Performance()",
    "new PerformanceEntry()",
    "Headers()",
    "Response.json()",
    "Response.redirect()",
    "new Request()",
    "new TextDecoder('utf-8', 1)",
    "atob()",
    "btoa()",
    "queueMicrotask()",
  ])("%s is refused with a TypeError", (code) => {
    expect(guest.evaluate(`(() => { try { ${code}; } catch (error) { return error.name; } })()`)).toBe("TypeError");
  });

  test.each(["text", "blob", "formData", "json"])("%s() of something else rejects", async (method) => {
    expect(await guest.run(`return Response.prototype.${method}.call({}).catch((error) => error.name);`)).toBe(
      "TypeError",
    );
  });

  test("navigator tells the same everywhere", () => {
    expect(
      guest.evaluate(
        "JSON.stringify([navigator.userAgent, navigator.hardwareConcurrency, navigator.language, navigator.languages, String(navigator)])",
      ),
    ).toBe('["Sluice",1,"en-US",["en-US"],"[object Navigator]"]');
  });
});
