import { readFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { formatGuestRuntime } from "@sluice/core";
import { build, type Plugin, stop, transform } from "esbuild";
import { joinChunks, LAZY } from "./prelude-chunks.ts";

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
  buffer: '$lazy("node/buffer.ts").bufferModule',
  events: '$lazy("node/events/events.ts").events',
  "process/": "globalThis.process",
  punycode: 'require("punycode/punycode.js")',
  qs: '$lazy("node/querystring.ts").querystring',
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
 * A `require` of one of our own modules, or of an ES module of a package, means: when it is first needed. Such a module
 * becomes a file of its own, which `$lazy` runs.
 */
class LazyModules {
  /** Absolute paths by what `$lazy` calls them. */
  readonly found = new Map<string, string>();

  get plugin(): Plugin {
    return {
      name: "lazy-modules",
      setup: ({ onLoad, resolve }) => {
        onLoad({ filter: /[\\/]guest[\\/].*\.ts$/, namespace: "file" }, async ({ path }) => {
          const source = await readFile(path, "utf8");
          const resolveDir = dirname(path);
          let contents = source;
          for (const [whole, specifier = ""] of source.matchAll(/\brequire\("([^"]+)"\)/g)) {
            if (!/^\.|^@noble\//.test(specifier)) continue;
            const { path: target, errors } = await resolve(specifier, { kind: "import-statement", resolveDir });
            if (errors.length > 0) return { errors };
            contents = contents.replace(whole, `${LAZY}(${JSON.stringify(this.name(target))})`);
          }
          return { contents, loader: "ts" };
        });
      },
    };
  }

  name(path: string): string {
    const name = relative(guestFolder, path).replaceAll("\\", "/");
    this.found.set(name, path);
    return name;
  }
}

/**
 * The prelude, as text of a GuestRuntime: a script for a bare isolate, to be run before any user code, and the parts that
 * it asks for later. Takes some 300 ms, so callers keep the text. No bundler process is left behind.
 */
export async function bundlePrelude(): Promise<string> {
  const entry = join(guestFolder, "prelude.ts");
  const lazy = new LazyModules();
  for (const [, name = ""] of Object.values(BUILTINS).flatMap((code) => [...code.matchAll(/\$lazy\("([^"]+)"\)/g)])) {
    lazy.name(join(guestFolder, name));
  }
  // What is required lazily is known only when everything has been read, lazily required modules included.
  let known = -1;
  let files: Awaited<ReturnType<typeof buildFiles>> = [];
  while (lazy.found.size > known) {
    known = lazy.found.size;
    files = await buildFiles([entry, ...lazy.found.values()], lazy.plugin);
  }
  await stop();
  const outputOf = new Map([...lazy.found].map(([name, path], index) => [name, outputName(index + 1, path)]));
  return formatGuestRuntime(joinChunks(files, { entry: outputName(0, entry), lazy: outputOf }));
}

async function buildFiles(entries: readonly string[], lazily: Plugin) {
  const { outputFiles } = await build({
    entryPoints: entries.map((path, index) => ({ in: path, out: outputName(index, path).replace(/\.js$/, "") })),
    bundle: true,
    splitting: true,
    write: false,
    outdir: "/prelude",
    chunkNames: "[hash]",
    format: "esm",
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
      __NODE_VERSIONS__: JSON.stringify(`${process.version} ${process.versions.v8} ${process.arch}`),
    },
    plugins: [replacements, packagesOfNode, coreIsPure, lazily],
    logLevel: "silent",
  });
  return outputFiles.map(({ path, text }) => ({ name: basename(path), code: text }));
}

function outputName(index: number, path: string): string {
  return `${index}-${basename(path).replace(/\.[jt]s$/, "")}.js`;
}
