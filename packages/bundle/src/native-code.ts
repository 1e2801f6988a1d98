import type { Metafile, Plugin } from "esbuild";
import type { BundleFault } from "./bundle.ts";
import { ADDON_LOADERS, NATIVE_PACKAGES, NO_NATIVE_CODE } from "./native-packages.ts";

const NAMESPACE = "native-code";
const KNOWN = new Set([...Object.keys(NATIVE_PACKAGES), ...ADDON_LOADERS]);

/**
 * Native code cannot run in an isolate. In the place of each addon, of each package that is one and of what loads one,
 * a bundle gets a module that says so when it is loaded: packages often try native code first and go on without it.
 */
export function nativeCode(): Plugin {
  return {
    name: NAMESPACE,
    setup(build) {
      const names = [...KNOWN].map((name) => name.replaceAll(/[/.]/g, "\\$&")).join("|");
      build.onResolve({ filter: new RegExp(`^(?:${names})(?:/|$)`) }, ({ path }) => {
        const name = packageName(path);
        return KNOWN.has(name) ? { path: name, namespace: NAMESPACE } : undefined;
      });
      build.onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => ({
        contents: stub(ADDON_LOADERS.includes(path) ? loaderOf(path) : packageOf(path)),
        loader: "js",
      }));
      build.onLoad({ filter: /\.node$/, namespace: "file" }, ({ path }) => ({
        contents: addonStub(path),
        loader: "js",
      }));
    },
  };
}

/** What a bundle has in the place of a `.node` file. */
export function addonStub(path: string): string {
  return stub(addonOf(path));
}

interface NativeModule {
  /** As the error and the warning call it. */
  readonly name: string;
  readonly advice: string;
  /** Loads native code when it is called, and is none itself. */
  readonly isLoader: boolean;
}

const packageOf = (name: string): NativeModule => ({
  name,
  advice: nativeAdvice(name) ?? NO_NATIVE_CODE,
  isLoader: false,
});
const loaderOf = (name: string): NativeModule => ({ name, advice: NO_NATIVE_CODE, isLoader: true });

function addonOf(path: string): NativeModule {
  const parts = path.split(/[\\/]/);
  const file = parts.at(-1) ?? path;
  const at = parts.lastIndexOf("node_modules");
  const owner = at < 0 ? undefined : packageName(parts.slice(at + 1).join("/"));
  return { name: owner === undefined ? file : `${owner} (${file})`, advice: NO_NATIVE_CODE, isLoader: false };
}

function nativeAdvice(name: string): string | undefined {
  return Object.hasOwn(NATIVE_PACKAGES, name) ? NATIVE_PACKAGES[name] : undefined;
}

function packageName(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function stub({ name, advice, isLoader }: NativeModule): string {
  const what = isLoader ? `${name} loads native code, which` : `${name} is native code, which`;
  const message = JSON.stringify(`${what} a Sluice function cannot run: ${advice}.`);
  const error = `Object.assign(new Error(${message}), { code: "ERR_SLUICE_UNAVAILABLE" })`;
  if (!isLoader) return `exports.native = undefined;\nthrow ${error};\n`;
  return `module.exports = () => { throw ${error}; };\nmodule.exports.path = module.exports.find = module.exports;\n`;
}

/** What of a bundle is native: the author's own import of it is a fault, a package's may be one of several ways. */
export function nativeImports({ inputs, outputs }: Metafile): { faults: BundleFault[]; warnings: BundleFault[] } {
  const faults: BundleFault[] = [];
  const warnings: BundleFault[] = [];
  const used = new Set(Object.values(outputs).flatMap((output) => Object.keys(output.inputs)));
  for (const [importer, { imports }] of Object.entries(inputs)) {
    if (!used.has(importer)) continue;
    for (const { path, kind } of imports) {
      const native = used.has(path) ? nativeInput(path) : undefined;
      if (native === undefined) continue;
      const own = !importer.includes("node_modules/");
      if (own && kind === "import-statement") faults.push({ message: faultOf(native, importer) });
      else warnings.push({ message: warningOf(native, importer) });
    }
  }
  return { faults, warnings };
}

function nativeInput(path: string): NativeModule | undefined {
  if (path.startsWith(`${NAMESPACE}:`)) {
    const name = path.slice(NAMESPACE.length + 1);
    return ADDON_LOADERS.includes(name) ? loaderOf(name) : packageOf(name);
  }
  return path.endsWith(".node") ? addonOf(path) : undefined;
}

function faultOf({ name, advice, isLoader }: NativeModule, importer: string): string {
  const what = isLoader ? "which loads native code; that" : "which is native code and";
  return `imports ${name} (in ${importer}), ${what} cannot run in a function: ${advice}`;
}

function warningOf({ name, advice, isLoader }: NativeModule, importer: string): string {
  const what = isLoader
    ? "which fails when it is called, because it loads native code"
    : "which is native code and fails when it is loaded";
  return `imports ${name} (in ${importer}), ${what}: ${advice}`;
}
