import { bundlePrelude } from "./index.ts";
import { GuestHarness } from "./testing/harness.ts";
import { inGuest, inNode } from "./testing/reference.ts";

let guest: GuestHarness;

beforeAll(async () => {
  guest = new GuestHarness(await bundlePrelude());
  await guest.load("exports.handler = async () => {};");
});

const url = (text: string): string =>
  `(() => { const u = new URL(${text}); return [u.href, u.origin, u.host, u.pathname, u.search, u.hash, u.username, u.password, u.port]; })()`;

describe("URL and URLSearchParams are Node's", () => {
  test.each(
    [
      "http://a.b/c?d#e",
      "HTTP://EXAMPLE.com:80/../a/./b",
      "https://user:pa%20ss@h.com:8443/p",
      "file:///C:/a/../b",
      "mailto:x@y",
      "http://[::1]:3000/",
      "http://0x7f.1/",
      "http://2130706433/",
      "http://256.256.256.256/",
      "http://a b/",
      "//x/y",
      "data:text/plain,hi there",
      "http://ex.com/a b?c d'#e f",
      "http://ex.com/?q='\"<>`",
      "http://münchen.de/ä?ö#ü",
      "http://ＥＸＡＭＰＬＥ.com/",
      "http://faß.de/",
      "http://日本語。jp/",
      "http://☕.us/",
      "http://xn--bcher-kva.ch/",
      "http://a\u00adb.com/",
      "http://a\u2100b/",
      "ws://x:443/",
      "javascript:alert(1)",
      "http://a..b/",
      "http://ex.com/%zz%41",
      "http://ex.com:99999/",
      "https://ex.com./",
      "http://ex.com\\a\\b",
      "http://a%00b/",
    ].map((text) => url(JSON.stringify(text))),
  )("%s", (code) => {
    expect(inGuest(guest, code)).toBe(inNode(code));
  });

  test.each([
    "new URL('../x?y=1', 'http://a/b/c/d').href",
    "(() => { const u = new URL('http://a/?x=1&y=2'); u.searchParams.append('z', 'a b&c'); u.searchParams.delete('x'); return u.href; })()",
    "(() => { const u = new URL('http://a/'); u.protocol = 'https'; u.port = '8080'; u.hash = 'h'; u.search = 'q=1'; return u.href; })()",
    "URL.canParse('nope')",
    "URL.parse('nope')",
    "new URLSearchParams({ a: '1', b: 'ä ö' }).toString()",
    "new URLSearchParams([['a', '1'], ['a', '2']]).getAll('a')",
    "[...new URLSearchParams('?x=1&y=%20+2')]",
    "(() => { const p = new URLSearchParams('c=1&a=2&b=3'); p.sort(); return [p.toString(), p.size, p.has('a', '2')]; })()",
    "URL(1)",
  ])("%s", (code) => {
    expect(inGuest(guest, code)).toBe(inNode(code));
  });
});

describe("base64 and encodings are Node's", () => {
  test.each([
    ...["aGVsbG8=", "aGVsbG8", "a", "ab", "ab=", "abc=", "====", "YQ==", "Y Q = =", "YQ=", "!", "", "ab==c"].map(
      (text) => `atob(${JSON.stringify(text)})`,
    ),
    "btoa('hello\\xff')",
    "btoa('€')",
    "btoa('')",
  ])("%s", (code) => {
    expect(inGuest(guest, code)).toBe(inNode(code));
  });

  const malformed = [
    [0xff],
    [0xc3, 0x28],
    [0xe2, 0x82],
    [0xe2, 0x82, 0x41],
    [0xf0, 0x9f, 0x92, 0xa9],
    [0xf0, 0x9f, 0x41],
    [0xed, 0xa0, 0x80],
    [0xc0, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
    [0xef, 0xbb, 0xbf, 0x41],
    [0x41, 0xd8, 0x00],
    [0x3d, 0xd8, 0xa9, 0xdc],
  ];
  test.each(
    malformed
      .map(String)
      .flatMap((bytes) => [
        `new TextDecoder().decode(new Uint8Array([${bytes}]))`,
        `new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(new Uint8Array([${bytes}]))`,
        `new TextDecoder('latin1').decode(new Uint8Array([${bytes}]))`,
        `new TextDecoder('utf-16le').decode(new Uint8Array([${bytes}]))`,
        `new TextDecoder('utf-16le', { fatal: true }).decode(new Uint8Array([${bytes}]))`,
      ]),
  )("%s", (code) => {
    expect(inGuest(guest, code)).toBe(inNode(code));
  });

  test.each([
    "(() => { const d = new TextDecoder(); let s = ''; for (const b of [0xef, 0xbb, 0xbf, 0xf0, 0x9f, 0x92, 0xa9, 0x41, 0xe2]) s += d.decode(new Uint8Array([b]), { stream: true }); return s + d.decode(); })()",
    "(() => { const d = new TextDecoder('utf-16le'); let s = ''; for (const b of [0x3d, 0xd8, 0xa9, 0xdc, 0x41]) s += d.decode(new Uint8Array([b]), { stream: true }); return s + d.decode(); })()",
    "new TextDecoder().decode(new Uint8Array(20000).fill(65)).length",
    "new TextDecoder().decode(new DataView(new Uint8Array([104, 105]).buffer, 1))",
    "new TextDecoder(' UTF8 ').encoding",
    "new TextDecoder('ascii').encoding",
    "['iso88591', 'cp819', 'UnicodeFFFE', 'csunicode', 'x-unicode20utf8'].map((label) => new TextDecoder(label).encoding)",
    "new TextDecoder('utf-16be').decode(new Uint8Array([0xfe, 0xff, 0xd8, 0x3d, 0xdc, 0xa9, 0, 65]))",
    "(() => { const d = new TextDecoder('utf-16be'); let s = ''; for (const b of [0xd8, 0x3d, 0xdc, 0xa9, 0]) s += d.decode(new Uint8Array([b]), { stream: true }); return s + d.decode(); })()",
    "new TextDecoder('foo')",
    "new TextDecoder().decode('text')",
    "[...new TextEncoder().encode('aä€💩\\ud800x')]",
    "new TextEncoder().encodeInto('a€💩b', new Uint8Array(5))",
    "new TextEncoder().encodeInto('é', new Uint8Array(1))",
  ])("%s", (code) => {
    expect(inGuest(guest, code)).toBe(inNode(code));
  });

  test("long texts survive the way there and back", () => {
    const text = "aä€💩\n".repeat(5_000);
    expect(guest.evaluate(`new TextDecoder().decode(new TextEncoder().encode(${JSON.stringify(text)}))`)).toBe(text);
  });
});
