import {
  type BuildFailure,
  type BuildOptions,
  type BuildResult,
  context,
  type Message,
  type Metafile,
  type OutputFile,
} from "esbuild";
import { type UploadFault, uploadFault } from "../archive/upload-fault.ts";
import { ASYNC_LOWERING, asyncContextUse } from "../async-lowering.ts";
import { isBuildFailure } from "../build-failure.ts";
import { nativeCode, nativeImports } from "../native-code.ts";
import { ARCHIVE, type ArchiveModules, ENTRY, type Form, pathOf } from "./archive-plugin.ts";
import { dataFiles, NO_DATA } from "./data-files.ts";
import { type Entry, entrySource } from "./entry-source.ts";
import type { FileTree } from "./file-tree.ts";
import type { NodeResolver } from "./node-resolver.ts";
import { NO_FILES, onDemandFiles, scopeOf } from "./on-demand.ts";
import { isProvided } from "./provided-packages.ts";
import { UPLOAD_LIMITS } from "./upload-limits.ts";

export type Built = BuildResult<{ metafile: true }> & { readonly outputFiles: OutputFile[] };

export type BuildOutcome =
  | { readonly ok: true; readonly built: Built; readonly form: Form; readonly lowered: boolean; readonly entry: Entry }
  | { readonly ok: false; readonly fault: UploadFault };

interface BuildInputs {
  readonly tree: FileTree;
  readonly resolver: NodeResolver;
  readonly modules: ArchiveModules;
  readonly loader: string;
  readonly entry: Omit<Entry, "onDemand" | "data">;
  /** An empty folder, so that even a path that escaped every check would lead to nothing. */
  readonly folder: string;
}

/** Each round learns something: a file that cannot be parsed, a computed `require`, an `await` at the top level. */
const ROUNDS_MAX = 16;

/** Builds until nothing new is learned about how the archive must be built. */
export class PackageBuild {
  readonly #inputs: BuildInputs;
  readonly #deadline: number;
  /** Modules that `require` cannot load. */
  readonly #excluded = new Set<string>();
  #form: Form = "cjs";
  #lowered = false;
  #onDemand = NO_FILES;
  #data = NO_DATA;
  #dynamicKnown = 0;
  #built = false;

  constructor(inputs: BuildInputs, deadline: number) {
    this.#inputs = inputs;
    this.#deadline = deadline;
  }

  async run(): Promise<BuildOutcome> {
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const entry = { ...this.#inputs.entry, onDemand: this.#onDemand, data: this.#data };
      try {
        const built = await this.#build(entry);
        const fault = this.#built ? undefined : nativeFault(built);
        if (fault !== undefined) return { ok: false, fault };
        this.#built = true;
        if (await this.#learnFrom(built)) continue;
        return { ok: true, built, form: this.#form, lowered: this.#lowered, entry };
      } catch (error) {
        if (!isBuildFailure(error)) throw error;
        if (Date.now() >= this.#deadline) return { ok: false, fault: tooSlow() };
        const fault = this.#learnFromFailure(error);
        if (fault !== undefined) return { ok: false, fault };
      }
    }
    return { ok: false, fault: uploadFault("The code has too many different faults to be loaded.") };
  }

  async #build(entry: Entry): Promise<Built> {
    const remainingMs = this.#deadline - Date.now();
    const build = await context(this.#options(entry));
    const timer = setTimeout(() => void build.cancel(), Math.max(1, remainingMs));
    try {
      return await build.rebuild();
    } finally {
      clearTimeout(timer);
      await build.dispose();
    }
  }

  #options(entry: Entry) {
    const { modules, loader, folder } = this.#inputs;
    const lowering = this.#lowered ? ASYNC_LOWERING : { supported: {}, banner: { js: "" } };
    return {
      entryPoints: [ENTRY],
      absWorkingDir: folder,
      bundle: true,
      write: false,
      metafile: true,
      outfile: "function.js",
      format: this.#form,
      platform: "neutral",
      target: "es2024",
      charset: "utf8",
      keepNames: true,
      legalComments: "none",
      sourcemap: "external",
      sourcesContent: false,
      // No settings of this machine's, and none that the archive brings.
      tsconfigRaw: "{}",
      // What is left of `import(…)` asks for the runtime's own modules, which an isolate has by `require` alone.
      supported: { ...lowering.supported, "dynamic-import": this.#form === "esm" },
      banner: { js: lowering.banner.js + loader },
      plugins: [nativeCode(), modules.plugin(this.#form, entrySource(entry, this.#form))],
      logLevel: "silent",
    } as const satisfies BuildOptions;
  }

  async #learnFrom(built: Built): Promise<boolean> {
    const { tree, resolver, modules } = this.#inputs;
    if (this.#form === "cjs" && !this.#lowered && asyncContextUse(built.metafile) !== undefined) {
      this.#lowered = true;
      return true;
    }
    if (modules.dynamic.size > this.#dynamicKnown) {
      this.#dynamicKnown = modules.dynamic.size;
      const found = await onDemandFiles(tree, resolver, modules.dynamic);
      this.#onDemand = { ...found, paths: found.paths.filter((path) => !this.#excluded.has(path)) };
      return true;
    }
    if ((modules.dynamic.size === 0 && !readsFiles(built.metafile)) || this.#data !== NO_DATA) return false;
    const inputs = Object.keys(built.metafile.inputs).filter((name) => name.startsWith(`${ARCHIVE}:`));
    this.#data = await dataFiles(tree, new Set(["", ...inputs.map((name) => scopeOf(pathOf(name)))]));
    return this.#data.files.length > 0;
  }

  /** A module that cannot be loaded fails where it is loaded, as on Lambda. @returns a fault if nothing can be learned */
  #learnFromFailure({ errors }: BuildFailure): UploadFault | undefined {
    let learned = false;
    for (const error of errors) learned = this.#learnFromError(error) || learned;
    return learned ? undefined : uploadFault(`The code cannot be bundled: ${errors[0]?.text ?? "no reason is known"}.`);
  }

  #learnFromError({ text, location }: Message): boolean {
    const { modules } = this.#inputs;
    const file = location === null ? undefined : pathOf(location.file);
    if (text.startsWith("Top-level await is currently not supported")) {
      // Of the function itself, or only of a file that might be asked for.
      if (file !== undefined && this.#built && this.#exclude(file)) return true;
      if (this.#form === "esm") return false;
      this.#form = "esm";
      this.#lowered = false;
      return true;
    }
    if (file === undefined) return false;
    if (location?.file.startsWith(`${ENTRY}:`) === true) {
      const path = /require\("(.*?)"\)/.exec(location.lineText)?.[1];
      return path !== undefined && this.#exclude(path);
    }
    if (modules.broken.has(file) || !location?.file.startsWith(`${ARCHIVE}:`)) return false;
    const message = `${text} (${file}:${location.line})`;
    modules.broken.set(file, { errorClass: text.includes("top-level await") ? "Error" : "SyntaxError", message });
    return true;
  }

  #exclude(path: string): boolean {
    const { paths } = this.#onDemand;
    if (!paths.includes(path)) return false;
    this.#excluded.add(path);
    this.#onDemand = { ...this.#onDemand, paths: paths.filter((one) => one !== path) };
    return true;
  }
}

const FILES = /^(?:provided:)?(?:node:)?fs(?:\/promises)?$/;

/** The AWS SDK looks for files of configuration in a home that a function does not have: that alone shows it no files. */
function readsFiles({ inputs, outputs }: Metafile): boolean {
  const used = new Set(Object.values(outputs).flatMap((output) => Object.keys(output.inputs)));
  return Object.entries(inputs).some(
    ([name, { imports }]) =>
      used.has(name) && !isProvided(pathOf(name)) && imports.some(({ path }) => FILES.test(path)),
  );
}

function nativeFault({ metafile }: Built): UploadFault | undefined {
  const [fault] = nativeImports(metafile).faults;
  return fault === undefined ? undefined : uploadFault(`The code ${readable(fault.message)}.`);
}

/** Without the bundler's own names for the places of files. */
export function readable(message: string): string {
  return message.replaceAll(`${ARCHIVE}:/var/task/`, "").replaceAll(`${ARCHIVE}:`, "").replaceAll("#.mjs", "");
}

function tooSlow(): UploadFault {
  return uploadFault(`The code takes more than ${UPLOAD_LIMITS.bundleTimeoutMs / 1_000} s to bundle.`);
}
