import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin, stop } from "esbuild";
import { PRELUDE_FILE } from "./guest/lambda/function-error.ts";

const guestFolder = join(dirname(fileURLToPath(import.meta.url)), "guest");

/** Large packages under whatwg-url whose work a few lines over V8's own Unicode data do. */
const REPLACEMENTS: Readonly<Record<string, string>> = {
  tr46: "url/idna.ts",
  "webidl-conversions": "url/conversions.ts",
  "@exodus/bytes/whatwg.js": "url/percent-encode-query.ts",
  "@exodus/bytes/encoding.js": "url/no-encodings.ts",
};

const replacements: Plugin = {
  name: "replacements",
  setup({ onResolve }) {
    onResolve({ filter: /^(tr46|webidl-conversions|@exodus\/bytes\/.*)$/ }, ({ path }) => {
      const replacement = REPLACEMENTS[path];
      return replacement === undefined ? null : { path: join(guestFolder, replacement) };
    });
  },
};

/** Of the core package the guest uses a few constants; without this, its schema library would come along. */
const coreIsPure: Plugin = {
  name: "core-is-pure",
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^(@sluice\/core$|\.)/ }, async ({ path, importer, resolveDir, kind, pluginData }) => {
      if (pluginData === coreIsPure) return null;
      if (path !== "@sluice/core" && !/[\\/]packages[\\/]core[\\/]/.test(importer)) return null;
      const found = await resolve(path, { importer, resolveDir, kind, pluginData: coreIsPure });
      return { ...found, sideEffects: false };
    });
  },
};

/**
 * The prelude: one script for a bare isolate, to be run before any user code. Its completion value is `boot(send, call,
 * claims)` of `guest/prelude.ts`. Takes some 100 ms, so callers keep the text. No bundler process is left behind.
 */
export async function bundlePrelude(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(guestFolder, "prelude.ts")],
    bundle: true,
    write: false,
    format: "cjs",
    platform: "neutral",
    mainFields: ["main"],
    target: "es2024",
    minifyWhitespace: true,
    legalComments: "none",
    sourcemap: false,
    treeShaking: true,
    define: {
      // whatwg-url looks at this class when it is loaded; by then the guest has none, and no URL is made of buffers.
      SharedArrayBuffer: "ArrayBuffer",
      __NODE_VERSIONS__: JSON.stringify({ version: process.version, v8: process.versions.v8, arch: process.arch }),
    },
    plugins: [replacements, coreIsPure],
    logLevel: "silent",
  });
  await stop();
  const code = requireDirectly(outputFiles[0]?.text ?? "");
  return (
    `(()=>{"use strict";const module={exports:{}};${code}\nreturn module.exports.boot})()\n` +
    `//# sourceURL=${PRELUDE_FILE}\n`
  );
}

/**
 * esbuild answers a lazy `require` of our own modules with a copy of their exports, made anew each time by code that
 * user code can break (`Object.prototype.get`, array iterators). The exports themselves do as well and cannot be broken.
 */
function requireDirectly(code: string): string {
  const direct = code.replace(/\((init_\w+)\(\),\s*__toCommonJS\((\w+)\)\)/g, "($1(),$2)");
  const left = direct.match(/__toCommonJS\(/g)?.length ?? 0;
  if (direct === code || left !== 1) throw new Error("esbuild writes lazy modules in a form not known here");
  return direct;
}
