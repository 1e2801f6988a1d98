import type { OnLoadResult, OnResolveArgs, OnResolveResult, Plugin } from "esbuild";
import { isBuildFailure } from "../build-failure.ts";
import { addonStub } from "../native-code.ts";
import { PROVIDED_NAMESPACE, providedModule } from "../top-level-await.ts";
import type { FileTree } from "./file-tree.ts";
import { LOADER, moduleSource } from "./module-source.ts";
import type { NodeResolver } from "./node-resolver.ts";
import { isProvided, providedSource } from "./provided-packages.ts";
import { UPLOAD_LIMITS } from "./upload-limits.ts";

export const ARCHIVE = "archive";
export const ENTRY = "entry";
const ABSENT = "absent";
const BYTES = "bytes";
const BUILTIN_MODULE = "builtin-module";
/** esbuild knows an ES module of Node's by the end of its name. */
const ES_MODULE_MARK = "#.mjs";

export type Form = "cjs" | "esm";

/** A module that Node would refuse to load, and how. */
export interface Broken {
  readonly errorClass: "SyntaxError" | "Error";
  readonly message: string;
}

/** The modules of one archive: everything that a build of it asks for is answered from memory, whatever its code says. */
export class ArchiveModules {
  readonly #tree: FileTree;
  readonly #resolver: NodeResolver;
  readonly #sources = new Map<string, Promise<OnLoadResult>>();
  /** Files with a computed `require`, as far as they have been loaded. */
  readonly dynamic = new Set<string>();
  readonly broken = new Map<string, Broken>();
  /** Packages that were not found. */
  readonly absent = new Set<string>();
  sourceBytes = 0;

  constructor(tree: FileTree, resolver: NodeResolver) {
    this.#tree = tree;
    this.#resolver = resolver;
  }

  plugin(form: Form, entry: string): Plugin {
    return {
      name: "archive-modules",
      setup: ({ onResolve, onLoad }) => {
        onResolve({ filter: /.*/ }, (args) => this.#resolve(args, form));
        onLoad({ filter: /.*/, namespace: ENTRY }, () => ({ contents: entry, loader: "js" }));
        onLoad({ filter: /.*/, namespace: ARCHIVE }, ({ path }) => this.#load(pathOf(path)));
        onLoad({ filter: /.*/, namespace: PROVIDED_NAMESPACE }, ({ path }) => providedModule(path));
        onLoad({ filter: /.*/, namespace: BUILTIN_MODULE }, () => ({
          contents: `module.exports = ${LOADER}.moduleBuiltin();`,
        }));
        onLoad({ filter: /.*/, namespace: ABSENT }, ({ path }) => ({
          contents: `exports.absent = undefined;\nthrow ${LOADER}.missing(${path});\n`,
        }));
        onLoad({ filter: /.*/, namespace: BYTES }, async ({ path }) => ({
          contents: (await this.#tree.file(path)?.read()) ?? "",
          loader: "binary",
        }));
        // Nothing of this machine is ever read: no path of a bundle has this namespace.
        onLoad({ filter: /.*/, namespace: "file" }, () => ({ errors: [{ text: "no such file in the archive" }] }));
      },
    };
  }

  async #resolve({ path, importer, kind, namespace }: OnResolveArgs, form: Form): Promise<OnResolveResult> {
    if (kind === "entry-point") return { path, namespace: ENTRY };
    if (namespace === ENTRY) return this.#at(path);
    if (path.startsWith(`${BYTES}:`)) return { path: path.slice(BYTES.length + 1), namespace: BYTES };
    const from = pathOf(importer);
    const isImport = kind === "import-statement" || kind === "dynamic-import";
    const found = await this.#resolver.resolve(path, from, isImport ? "import" : "require");
    if (found.kind === "file") return this.#at(found.path);
    if (found.kind === "missing") {
      this.absent.add(path);
      return { path: `${JSON.stringify(path)}, ${JSON.stringify(from)}, ${isImport}`, namespace: ABSENT };
    }
    if (/^(?:node:)?module$/.test(found.name)) return { path: "module", namespace: BUILTIN_MODULE };
    return form === "cjs" ? { path: found.name, external: true } : { path: found.name, namespace: PROVIDED_NAMESPACE };
  }

  async #at(path: string): Promise<OnResolveResult> {
    const marked = !path.endsWith(".mjs") && (await this.#tree.isEsModule(path));
    // Of what an author ships, everything that is imported runs, as on Lambda.
    const sideEffects = !isProvided(path) || (await this.#resolver.hasSideEffects(path));
    return { path: marked ? path + ES_MODULE_MARK : path, namespace: ARCHIVE, sideEffects };
  }

  #load(path: string): Promise<OnLoadResult> {
    const broken = this.broken.get(path);
    if (broken !== undefined) return Promise.resolve(stub(broken));
    const known = this.#sources.get(path) ?? this.#read(path);
    this.#sources.set(path, known);
    return known;
  }

  async #read(path: string): Promise<OnLoadResult> {
    if (path.endsWith(".node")) return { contents: addonStub(path), loader: "js" };
    if (path.endsWith(".wasm")) {
      const bytes = JSON.stringify(`${BYTES}:${path}`);
      return { contents: `import bytes from ${bytes};\nexport default new WebAssembly.Module(bytes);\n`, loader: "js" };
    }
    const size = this.#tree.file(path)?.size ?? 0;
    this.sourceBytes += size;
    if (size > UPLOAD_LIMITS.moduleBytesMax || this.sourceBytes > UPLOAD_LIMITS.sourceBytesMax) {
      return { errors: [{ text: `imports more than ${UPLOAD_LIMITS.sourceBytesMax} bytes of code` }] };
    }
    const found = await this.#tree.text(path);
    const text = isProvided(path) ? providedSource(found) : found;
    if (path.endsWith(".json")) return { contents: text.replace(/^\uFEFF/, ""), loader: "json" };
    try {
      const { contents, dynamic } = await moduleSource(path, text, await this.#tree.isEsModule(path));
      if (dynamic && !isProvided(path)) this.dynamic.add(path);
      return { contents, loader: "js" };
    } catch (error) {
      if (!isBuildFailure(error)) throw error;
      const { text: message = "", location } = error.errors[0] ?? {};
      const at = location === null || location === undefined ? "" : ` (${path}:${location.line})`;
      return stub({ errorClass: "SyntaxError", message: `${message}${at}` });
    }
  }
}

function stub({ errorClass, message }: Broken): OnLoadResult {
  return {
    contents: `exports.broken = undefined;\nthrow new ${errorClass}(${JSON.stringify(message)});\n`,
    loader: "js",
  };
}

/** From the bundler's name of a module to its path in the archive. */
export function pathOf(name: string): string {
  const path = name.startsWith(`${ARCHIVE}:`) ? name.slice(ARCHIVE.length + 1) : name;
  return path.endsWith(ES_MODULE_MARK) ? path.slice(0, -ES_MODULE_MARK.length) : path;
}
