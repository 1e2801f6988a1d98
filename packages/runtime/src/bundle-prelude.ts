import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin, stop, transform } from "esbuild";
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

/**
 * What packages in the prelude expect of Node comes from the guest's own modules, so that there is one EventEmitter and
 * one Buffer, and from its globals.
 */
const BUILTINS: Readonly<Record<string, string>> = {
  "abort-controller": "globalThis",
  buffer: 'require("./node/buffer.ts").bufferModule',
  events: 'require("./node/events/events.ts").events',
  "process/": "globalThis.process",
  punycode: 'require("punycode/punycode.js")',
  qs: 'require("./node/querystring.ts").querystring',
};

/** Packages whose callbacks must keep the asynchronous context across `await`: see `node/async/async-context.ts`. */
const LOWERED = /[\\/]readable-stream[\\/]lib[\\/].*\.js$/;
const WITHOUT_NATIVE_ASYNC = { "async-await": false, "async-generator": false, "for-await": false } as const;

const packagesOfNode: Plugin = {
  name: "packages-of-node",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[a-z-]+\/?$/ }, ({ path, importer, namespace }) =>
      namespace === "file" && /[\\/]node_modules[\\/]/.test(importer) && BUILTINS[path] !== undefined
        ? { path, namespace: "guest" }
        : null,
    );
    onLoad({ filter: /.*/, namespace: "guest" }, ({ path }) => ({
      contents: `module.exports = ${BUILTINS[path]};`,
      resolveDir: guestFolder,
    }));
    onLoad({ filter: LOWERED }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      if (!/\basync\b/.test(source)) return { contents: source };
      return { contents: (await transform(source, { supported: WITHOUT_NATIVE_ASYNC })).code };
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
    plugins: [replacements, packagesOfNode, coreIsPure],
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
