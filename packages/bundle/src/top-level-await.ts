import type { BuildFailure, BuildOptions, OnLoadResult, Plugin } from "esbuild";

export const PROVIDED_NAMESPACE = "provided";
/** Names that no module has at its top level, as `exports` may be. */
const REQUIRE = "__sluice_require";
const TARGET = "__sluice_exports";
const EXPORTS = /\nexport \{([^}]*)\};\s*$/;

/**
 * A module that awaits at its top level cannot be CommonJS. It is bundled as an ES module instead, without an import
 * left in it, and put into an async function, whose promise the runtime awaits while it loads the function.
 */
export function needsTopLevelAwait({ errors }: BuildFailure): boolean {
  return errors.some(({ text }) => text.startsWith("Top-level await is currently not supported"));
}

export function topLevelAwaitOptions<O extends BuildOptions>(options: O, provided: readonly string[]) {
  const plugins = [providedModules(provided), ...(options.plugins ?? [])];
  return { ...options, format: "esm", supported: {}, external: [], plugins } as const satisfies BuildOptions;
}

/** Modules of the runtime that the bundle asks for, by the names of its inputs. */
export function providedInputs(inputs: Readonly<Record<string, unknown>>): string[] {
  const prefix = `${PROVIDED_NAMESPACE}:`;
  return Object.keys(inputs).flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []));
}

/** From an ES module without imports to a CommonJS factory's body that returns a promise. All stays on its line. */
export function toAsyncFactory(code: string): string {
  const body = code.replace(EXPORTS, (_, names: string) => {
    const members = names.split(",").flatMap((entry) => {
      const [local = "", exported = local] = entry.trim().split(" as ");
      return local === "" ? [] : [`${JSON.stringify(exported)}: ${local}`];
    });
    return `\nObject.assign(${TARGET}, { ${members.join(", ")} });\n`;
  });
  return `return (async (${REQUIRE}, ${TARGET}) => {${body}})(require, exports);\n`;
}

/** An import of what the runtime provides would stay one in an ES module: it becomes a call of the runtime's `require`. */
function providedModules(provided: readonly string[]): Plugin {
  const names = new Set(provided.filter((name) => !name.includes("*")));
  const isProvided = (path: string): boolean => names.has(path) || /^(node:|sluice\/)/.test(path);
  return {
    name: "provided-modules",
    setup(build) {
      build.onResolve({ filter: /.*/ }, ({ path }) =>
        isProvided(path) ? { path, namespace: PROVIDED_NAMESPACE } : null,
      );
      build.onLoad({ filter: /.*/, namespace: PROVIDED_NAMESPACE }, ({ path }) => providedModule(path));
    },
  };
}

export function providedModule(path: string): OnLoadResult {
  return { contents: `module.exports = ${REQUIRE}(${JSON.stringify(path)});`, loader: "js" };
}
