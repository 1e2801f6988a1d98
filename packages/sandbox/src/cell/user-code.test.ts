import { CodeCaches } from "./code-caches.ts";
import { type CodeCache, UserCode } from "./user-code.ts";

type Options = Readonly<Record<string, unknown>>;

/** Compiles nothing; notes what it is asked for. */
class Compiler {
  readonly asked: Options[] = [];
  rejects = false;

  compileScript = async (code: string, options: Options): Promise<never> => {
    this.asked.push({ code, ...options });
    const cachedData = options["produceCachedData"] === true ? cacheOf(100) : undefined;
    return { cachedData, cachedDataRejected: this.rejects, release: () => undefined } as never;
  };
}

function cacheOf(bytes: number): CodeCache {
  return { copy: () => new ArrayBuffer(bytes), release: () => undefined } as CodeCache;
}

const SOURCE = "/* much code */".repeat(2_000);

function codeOf(caches: CodeCaches<CodeCache>, version: object, source = SOURCE): UserCode {
  return new UserCode({ caches, version, source });
}

test("what one isolate left of a version, its next isolate is compiled with, and no other version's", async () => {
  const caches = new CodeCaches<CodeCache>();
  const [version, other, compiler] = [{}, {}, new Compiler()];
  await codeOf(caches, version).cache(compiler);
  await codeOf(caches, version).compile(compiler);
  await codeOf(caches, other).compile(compiler);
  const [made, used, plain] = compiler.asked;
  expect([made?.["produceCachedData"], used?.["cachedData"], plain?.["cachedData"]]).toEqual([
    true,
    caches.get(version),
    undefined,
  ]);
  // The same text from the same place, or V8 would not know it again.
  const place = ({ code, filename, columnOffset }: Options = {}): unknown => [code, filename, columnOffset];
  expect(place(made)).toEqual(place(used));
});

test("a cache that V8 refuses is not offered again", async () => {
  const caches = new CodeCaches<CodeCache>();
  const [version, compiler] = [{}, new Compiler()];
  caches.put(version, cacheOf(10), 10);
  compiler.rejects = true;
  await codeOf(caches, version).compile(compiler);
  expect(caches.has(version)).toBe(false);
});

test("a cache is made once, of code that is worth it, where there is memory for it", () => {
  const caches = new CodeCaches<CodeCache>();
  const version = {};
  expect(codeOf(caches, version).isWorthCaching(64)).toBe(true);
  expect(codeOf(caches, version).isWorthCaching(0.1)).toBe(false);
  expect(codeOf(caches, version, "exports.handler = () => 1;").isWorthCaching(64)).toBe(false);
  caches.put(version, cacheOf(10), 10);
  expect(codeOf(caches, version).isWorthCaching(64)).toBe(false);
});
