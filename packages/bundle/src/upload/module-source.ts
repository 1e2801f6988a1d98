import { transform } from "esbuild";
import { parentOf } from "./file-tree.ts";

/** What the loader is called in a bundle (`guest/package-loader.ts`). */
export const LOADER = "__sluice_package";

export interface ModuleSource {
  readonly contents: string;
  /** It asks for modules by names that only running it tells. */
  readonly dynamic: boolean;
}

const LITERAL = String.raw`\(\s*(?:"[^"\\\n]*"|'[^'\\\n]*'|${"`[^`\\\\$]*`"})\s*\)`;
/** `require` that is anything but a call with one plain string. The name may be written with an escape. */
const UNREADABLE_REQUIRE = new RegExp(String.raw`\brequire\b(?!${LITERAL})|\\u`);
/** `import` that neither begins a declaration nor is a call with one plain string. */
const UNREADABLE_IMPORT = new RegExp(String.raw`\bimport\b(?!\s*["'{*]|\s+[\w$]|${LITERAL})`);
const PLACE = /\b__dirname\b|\b__filename\b/;
const SOURCE_MAP = /^([ \t]*)\/\/[#@][ \t]*sourceMappingURL=.*$/gm;

/**
 * A module's source as the bundler gets it. esbuild looks for files on this machine where a `require` or `import` has a
 * computed path, so that none may be left: such a call becomes one of the loader's, which has the archive's files only.
 * The names that tell a module where it lies become what they are on Lambda. Throws esbuild's failure on a syntax error.
 */
export async function moduleSource(path: string, text: string, esModule: boolean): Promise<ModuleSource> {
  const source = text.replace(/^\uFEFF/, "").replace(SOURCE_MAP, "$1//");
  const creates = /\bcreateRequire\b/.test(source);
  const reads = UNREADABLE_REQUIRE.test(source) || UNREADABLE_IMPORT.test(source);
  if (!reads && !PLACE.test(source)) return { contents: source, dynamic: creates };
  const result = await transform(source, {
    loader: "js",
    target: "esnext",
    charset: "utf8",
    sourcefile: path,
    sourcemap: "inline",
    sourcesContent: false,
    tsconfigRaw: "{}",
    legalComments: "none",
    logLevel: "silent",
    // What the lowering makes of each `import(…)` has one form, which is found again below.
    supported: { "dynamic-import": false },
    define: placeOf(path, esModule),
  });
  return rewritten(result.code, path, creates);
}

function placeOf(path: string, esModule: boolean): Record<string, string> {
  const meta = {
    url: `file://${encodeURI(path).replace(/[?#]/g, encodeURIComponent)}`,
    filename: path,
    dirname: parentOf(path),
  };
  return {
    require: `${LOADER}.files.${keyOf(path)}`,
    __filename: esModule ? "undefined" : JSON.stringify(path),
    __dirname: esModule ? "undefined" : JSON.stringify(meta.dirname),
    "import.meta": JSON.stringify(meta),
    "import.meta.url": JSON.stringify(meta.url),
    "import.meta.filename": JSON.stringify(meta.filename),
    "import.meta.dirname": JSON.stringify(meta.dirname),
    "import.meta.main": "false",
  };
}

function rewritten(code: string, path: string, creates: boolean): ModuleSource {
  const own = `${LOADER}.files.${keyOf(path)}`;
  const escaped = own.replaceAll(/[$.]/g, "\\$&");
  const string = String.raw`\s*(?:/\*[^*]*\*/\s*)*("(?:[^"\\\n]|\\.)*")\s*`;
  const contents = code
    .replaceAll(/(__toESM\d*\()require\(/g, `$1${own}.later(`)
    .replaceAll(
      new RegExp(
        String.raw`Promise\.resolve\(\)\.then\(\(\) => __toESM\d*\(${escaped}\.later\(${string}\)(?:, 1)?\)\)`,
        "g",
      ),
      "import($1)",
    )
    .replaceAll(new RegExp(String.raw`\(0, ${escaped}\)\(${string}\)`, "g"), "require($1)")
    .replaceAll(`${own}.later(`, `(0, ${own})(`);
  return { contents, dynamic: creates || contents.includes(own) };
}

/** A path as a name: what the loader's `files` has for it is the file's own `require`. */
function keyOf(path: string): string {
  return `$${path.replaceAll(/[^A-Za-z0-9]/g, (char) => `_${char.charCodeAt(0).toString(16)}_`)}`;
}
