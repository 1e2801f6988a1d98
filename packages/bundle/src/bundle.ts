import { builtinModules } from "node:module";
import { DEFAULT_FUNCTION_CONFIG, LIMITS } from "@sluice/core";
import { build, type BuildOptions, type BuildResult, type Message, type Metafile, type OutputFile } from "esbuild";
import { sha256 } from "./artifact-digest.ts";
import { ASYNC_LOWERING, asyncContextUse, keepContextOfReturned } from "./async-lowering.ts";
import { isBuildFailure } from "./build-failure.ts";
import { wasmModules } from "./import-plugins.ts";
import { nativeCode, nativeImports } from "./native-code.ts";
import { refusedImports } from "./refused-imports.ts";
import { needsTopLevelAwait, providedInputs, toAsyncFactory, topLevelAwaitOptions } from "./top-level-await.ts";

export interface BundleRequest {
  /** Absolute path of the file that exports the handler. */
  readonly entry: string;
  /** Folder of the manifest; paths in the output are relative to it. */
  readonly folder: string;
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface Bundle {
  /** Body of a CommonJS factory `(exports, require, module, __filename, __dirname)`, as UTF-8; or a `.wasm` file. */
  readonly code: Uint8Array;
  /** SHA-256 of the code, hex. */
  readonly digest: string;
  /** Paths relative to the manifest's folder, without the text of the sources; absent where it would be too large. */
  readonly sourceMap: SourceMap | undefined;
  readonly warnings: readonly BundleFault[];
}

export interface SourceMap {
  readonly json: Uint8Array;
  /** SHA-256 of the JSON, hex. */
  readonly digest: string;
}

export interface BundleFault {
  readonly message: string;
  /** The field of the manifest that is at fault when no place in the code is. Default: the entry. */
  readonly field?: "handler";
  readonly at?: { readonly file: string; readonly line: number; readonly column: number; readonly sourceLine: string };
}

export type BundleResult =
  | { readonly ok: true; readonly bundle: Bundle }
  | { readonly ok: false; readonly faults: readonly BundleFault[] };

/** Given by the guest runtime at run time. */
const PROVIDED = ["sluice", "sluice/*", "node:*", ...builtinModules];

const IMPORT_META = { url: "file:///var/task/index.js", filename: "/var/task/index.js", dirname: "/var/task" };

/** One function and all it imports in one file. The same sources give the same bytes wherever they lie. */
export async function bundleFunction(request: BundleRequest): Promise<BundleResult> {
  try {
    const { outputFiles, warnings, metafile } = await buildInItsForm(request);
    const map = outputFiles.find((file) => file.path.endsWith(".js.map"));
    const [output, ...others] = outputFiles.filter((file) => !file.path.endsWith(".map"));
    if (output === undefined || others.length > 0) {
      return { ok: false, faults: [{ message: "imports a style sheet, which has no meaning in a function" }] };
    }
    const context = contextAcrossTopLevelAwait(metafile);
    const missing = (await missingHandler(request)) ?? context.fault;
    if (missing !== undefined) return { ok: false, faults: [missing] };
    const native = nativeImports(metafile);
    if (native.faults.length > 0) return { ok: false, faults: native.faults };
    const code = output.contents;
    if (code.length > LIMITS.codeBytesMax) {
      const message = `is ${code.length} bytes when bundled; at most ${LIMITS.codeBytesMax} are taken`;
      return { ok: false, faults: [{ message }] };
    }
    const faults: BundleFault[] = [
      ...warnings.map(toFault),
      ...refusedImports(metafile).map((message) => ({ message })),
      ...native.warnings,
      ...context.warnings,
    ];
    const sourceMap = map === undefined ? undefined : toSourceMap(map.contents);
    if (sourceMap === undefined) faults.push({ message: "has so large a source map that traces will name the bundle" });
    return { ok: true, bundle: { code, digest: sha256(code), sourceMap, warnings: faults } };
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    return { ok: false, faults: error.errors.map(toFault) };
  }
}

/** Only a first build tells whether the code must be built in another form. */
async function buildInItsForm(request: BundleRequest) {
  const options = bundleOptions(request);
  try {
    const result = await build(options);
    if (asyncContextUse(result.metafile) === undefined) return result;
    return withCode(
      await build({ ...options, ...ASYNC_LOWERING, supported: { ...options.supported, ...ASYNC_LOWERING.supported } }),
      keepContextOfReturned,
    );
  } catch (error) {
    if (!isBuildFailure(error) || !needsTopLevelAwait(error)) throw error;
    return withCode(await build(topLevelAwaitOptions(options, PROVIDED)), toAsyncFactory);
  }
}

/** The result with its code, but not its source map, changed. */
function withCode<R extends BuildResult & { readonly outputFiles: OutputFile[] }>(
  result: R,
  change: (code: string) => string,
) {
  const encoder = new TextEncoder();
  const outputFiles = result.outputFiles.map(({ path, text, contents }) => ({
    path,
    contents: path.endsWith(".map") ? contents : encoder.encode(change(text)),
  }));
  return { ...result, outputFiles };
}

function toSourceMap(json: Uint8Array): SourceMap | undefined {
  return json.length > LIMITS.sourceMapBytesMax ? undefined : { json, digest: sha256(json) };
}

function bundleOptions({ entry, folder, environment }: BundleRequest) {
  return {
    entryPoints: [entry],
    absWorkingDir: folder,
    bundle: true,
    write: false,
    metafile: true,
    outfile: "function.js",
    format: "cjs",
    // What Node itself would load (ADR 0009): what packages have for browsers does less, and `require` of a `module` other.
    platform: "neutral",
    conditions: ["node"],
    mainFields: ["main", "module"],
    target: "es2024",
    // What is left of it are modules of the runtime, which `require` has and an isolate's own `import` has not.
    supported: { "dynamic-import": false },
    // Text with one byte a character is half as large in every isolate, and V8 reads it twice as fast.
    charset: "ascii",
    keepNames: true,
    legalComments: "none",
    sourcemap: "external",
    // Nothing reads it at run time, and sources may be private.
    sourcesContent: false,
    external: PROVIDED,
    // As on other serverless platforms: packages choose their fast paths unless the function says otherwise.
    define: {
      "process.env.NODE_ENV": JSON.stringify(environment["NODE_ENV"] ?? "production"),
      // The output is CommonJS, which has none of it; the runtime's `__filename` says the same.
      "import.meta": JSON.stringify(IMPORT_META),
      "import.meta.url": JSON.stringify(IMPORT_META.url),
      "import.meta.filename": JSON.stringify(IMPORT_META.filename),
      "import.meta.dirname": JSON.stringify(IMPORT_META.dirname),
    },
    loader: { ".txt": "text", ".html": "text", ".md": "text", ".bin": "binary", ".jpg": "binary", ".png": "binary" },
    plugins: [wasmModules(folder), nativeCode()],
    logLevel: "silent",
  } as const satisfies BuildOptions;
}

/** Code that awaits at its top level cannot be lowered, and without that AsyncLocalStorage loses its store. */
function contextAcrossTopLevelAwait(metafile: Metafile): { fault?: BundleFault; warnings: BundleFault[] } {
  const use = providedInputs(metafile.inputs).length === 0 ? undefined : asyncContextUse(metafile);
  const advice = "await inside the handler, once";
  if (use === "own") {
    const message = "uses node:async_hooks and awaits at its top level, which do not go together";
    return { fault: { message: `${message}: ${advice}` }, warnings: [] };
  }
  if (use === undefined) return { warnings: [] };
  const message = "awaits at its top level, so that AsyncLocalStorage of its packages loses its store at each await";
  return { warnings: [{ message: `${message}; if they need it, ${advice}` }] };
}

/** Whether the entry, as far as its own exports tell, lacks the handler. CommonJS and `export *` tell nothing. */
async function missingHandler({ entry, folder, handler }: BundleRequest): Promise<BundleFault | undefined> {
  const { metafile, outputFiles } = await build({
    entryPoints: [entry],
    absWorkingDir: folder,
    bundle: false,
    write: false,
    metafile: true,
    format: "esm",
    logLevel: "silent",
  });
  const found = exportsOf(metafile);
  if (found === undefined || found.includes(handler)) return undefined;
  // A function, or an object with `fetch`: which, only running the code tells.
  if (handler === DEFAULT_FUNCTION_CONFIG.handler && found.includes("default")) return undefined;
  if (/^export \*/m.test(outputFiles[0]?.text ?? "")) return undefined;
  const names = found.length === 0 ? "it exports nothing" : `it exports ${found.map((name) => `'${name}'`).join(", ")}`;
  return {
    message: `the entry has no export '${handler}' (${names}); export it, or correct 'handler'`,
    field: "handler",
  };
}

function exportsOf({ inputs, outputs }: Metafile): readonly string[] | undefined {
  if (Object.values(inputs)[0]?.format !== "esm") return undefined;
  return Object.values(outputs)[0]?.exports;
}

function toFault({ text, location, notes }: Message): BundleFault {
  const message = readableMessage(text, notes[0]?.text);
  if (location === null) return { message };
  // esbuild counts columns in bytes, from 0.
  const column = Buffer.from(location.lineText).subarray(0, location.column).toString().length + 1;
  return { message, at: { file: location.file, line: location.line, column, sourceLine: location.lineText } };
}

/** esbuild advises to leave a missing package out of the bundle, which here would only move the failure. */
function readableMessage(text: string, note: string | undefined): string {
  const missing = /^Could not resolve "((?:@[^/"]+\/)?[^./"][^/"]*)/.exec(text)?.[1];
  if (missing !== undefined) return `cannot find the package '${missing}': install it with 'npm install ${missing}'`;
  return note === undefined ? text : `${text} (${note})`;
}
