import { bundlePrelude } from "./index.ts";
import { GuestHarness } from "./testing/harness.ts";
import { asyncInGuest, asyncInNode } from "./testing/reference.ts";

let guest: GuestHarness;

beforeAll(async () => {
  guest = new GuestHarness(await bundlePrelude());
});

const MULTIPART = (lines: string, boundary = "x"): string =>
  `new Response(${JSON.stringify(lines)}, { headers: { 'content-type': 'multipart/form-data; boundary=${boundary}' } }).formData()`;

describe("Blob and File are Node's", () => {
  test.each([
    "const b = new Blob(['aä', new Uint8Array([1, 2]), new Uint8Array([3]).buffer, new Blob(['x'])], { type: 'Text/Plain' }); return [b.size, b.type, [...new Uint8Array(await b.arrayBuffer())]];",
    "return [new Blob().size, new Blob([]).type, new Blob([1, null, {}]).size]",
    "const b = new Blob(['0123456789']); return [await b.slice(2, 5).text(), await b.slice(-3).text(), await b.slice(5, 2).text(), await b.slice(0, -8).text(), await b.slice(3, 100, 'A/B').text(), b.slice(0, 1, 'A/B').type, b.slice().type];",
    "const source = new Uint8Array([65]); const b = new Blob([source]); source[0] = 66; return b.text();",
    "const chunks = []; for await (const chunk of new Blob(['ab', 'c']).stream()) chunks.push(...chunk); return chunks;",
    "const { value } = await new Blob(['abc']).stream().getReader({ mode: 'byob' }).read(new Uint8Array(2)); return [...value];",
    "return [...new Uint8Array(await new Blob(['\\ud800']).arrayBuffer())];",
    "return await new Blob(['\\ufeffx']).text();",
    "return await new Blob(new Set(['a', 'b'])).text();",
    "return new Blob(['a'], { type: 'a\\u00e9' }).type;",
    "return await new Blob(['a\\r\\nb\\rc\\n'], { endings: 'native' }).text();",
    "new Blob('abc')",
    "new Blob(5)",
    "new Blob([], { endings: 'other' })",
    "Blob()",
    "const f = new File(['abc'], 'n.txt', { type: 'a/b', lastModified: 5 }); return [f.name, f.type, f.size, f.lastModified, await f.text(), f instanceof Blob, await f.slice(1).text(), f.slice() instanceof File];",
    "new File(['a'])",
    "new File()",
    "return [Object.prototype.toString.call(new Blob()), Object.prototype.toString.call(new File([], 'a'))];",
  ])("%s", async (body) => {
    expect(await asyncInGuest(guest, body)).toBe(await asyncInNode(body));
  });
});

describe("FormData is Node's", () => {
  test.each([
    "const f = new FormData(); f.append('a', '1'); f.append('b', '2'); f.append('a', 3); f.set('b', 'x'); return [[...f], f.get('a'), f.getAll('a'), f.has('c'), f.get('c'), [...f.keys()], [...f.values()]];",
    "const f = new FormData(); f.append('a', '1'); f.append('b', '2'); f.append('a', '3'); f.set('a', '9'); f.delete('b'); return [...f.entries()];",
    "const f = new FormData(); f.append('f', new Blob(['x'], { type: 'a/b' })); f.append('g', new Blob(['y']), 'g.txt'); f.append('h', new File(['z'], 'h')); f.append('i', new File(['z'], 'h'), 'other'); return [...f.values()].map((v) => [v instanceof File, v.name, v.type, v.size]);",
    "const seen = []; const f = new FormData(); f.append('a', '1'); f.forEach(function (value, name, form) { seen.push(value, name, form === f, this.x); }, { x: 1 }); return seen;",
    "const f = new FormData(); f.append('\\ud800', '\\udc00'); return [...f].flat().map((t) => t.charCodeAt(0));",
    "new FormData().append('a')",
    "new FormData().append('a', 'b', 'c')",
    "new FormData({})",
    "new FormData().get()",
    "FormData.prototype.get.call({}, 'a')",
  ])("%s", async (body) => {
    expect(await asyncInGuest(guest, body)).toBe(await asyncInNode(body));
  });
});

describe("forms as bodies", () => {
  test.each([
    "const f = new FormData(); f.append('a b\"c', 'line1\\nline2\\r\\nä'); f.append('file', new File(['\\r\\n--x', new Uint8Array([0, 255])], 'n\"\\n.bin', { type: 'x/y' })); f.append('empty', ''); const r = new Response(f); const back = await r.formData(); return Promise.all([...back].map(async ([n, v]) => typeof v === 'string' ? [n, v] : [n, v.name, v.type, [...new Uint8Array(await v.arrayBuffer())]]));",
    "const r = new Request('http://a', { method: 'POST', body: new FormData() }); return [/^multipart\\/form-data; boundary=/.test(r.headers.get('content-type')), [...await r.formData()]];",
    "return [...await new Response(new URLSearchParams('a=1&b=%C3%A4+x&a=2')).formData()];",
    "return new Response('x').formData();",
    "return new Response('a=1', { headers: { 'content-type': 'application/json' } }).formData();",
    `return [...await ${MULTIPART('--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n')}];`,
    `return [...await ${MULTIPART('--x\r\ncontent-disposition: form-data; name="a"; filename=""\r\nContent-Type: text/html\r\n\r\n1\r\n--x--')}].map(([n, v]) => [n, v.name, v.type]);`,
    `return [...await ${MULTIPART('--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n--x--\r\n')}];`,
    `return ${MULTIPART("--y--")};`,
    `return ${MULTIPART('--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1')};`,
    `return ${MULTIPART("--x\r\n\r\n1\r\n--x--\r\n")};`,
    `return ${MULTIPART("")};`,
    "const b = await new Response(new Blob(['hi'], { type: 'a/b' })).blob(); return [b.type, await b.text()];",
    "return (await new Response('x').blob()).type;",
    "return (await new Response('x', { headers: { 'content-type': 'Text/HTML; Charset=\"utf-8\"' } }).blob()).type;",
    "return new Response(new Blob(['x'])).headers.get('content-type');",
    "const r = new Response(new Blob(['x', 'y'])); return await new Response(r.body).text();",
  ])("%s", async (body) => {
    expect(await asyncInGuest(guest, body)).toBe(await asyncInNode(body));
  });
});
