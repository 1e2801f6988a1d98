/**
 * What an uploaded function's bundle starts with: the part of Lambda's runtime that finds the handler, and `require` for
 * what the bundler could not read. It runs inside the isolate, before any code of the author's; `require` is the guest
 * runtime's.
 */
declare const require: (id: string) => unknown;

type Load = () => unknown;

export interface OnDemand {
  /** Files that a computed `require` may ask for, by absolute path. */
  readonly modules: Readonly<Record<string, Load>>;
  /** Folders of packages, with the file that stands for each. */
  readonly mains: Readonly<Record<string, string>>;
  readonly nodePath: readonly string[];
}

interface Coded extends Error {
  code?: string;
}

const RUNTIME_FILE = "/var/runtime/index.mjs";
const runtimeRequire = require;
let mounted: object = {};
let onDemand: OnDemand = { modules: {}, mains: {}, nodePath: [] };

/** By `keyOf` of a file's path: what a computed `require` in the file has become. */
export const files: object = new Proxy(
  {},
  {
    get: (_, key) =>
      requireOf(
        String(key)
          .slice(1)
          .replaceAll(/_([0-9a-f]+)_/g, (_whole, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
      ),
  },
);

/** The function's `require` of what is known only now, each file's by the file's own path. */
const requires = new Map<string, object>();

function has(owner: object, key: string): boolean {
  return Object.hasOwn(owner, key);
}

function join(folder: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith("/") ? path : `${folder}/${path}`).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

function probe(path: string): string | undefined {
  const { modules, mains } = onDemand;
  for (const end of ["", ".js", ".json", ".cjs", ".mjs"]) {
    if (has(modules, path + end) || has(mounted, path + end)) return path + end;
  }
  if (has(mains, path)) return mains[path];
  for (const end of ["/index.js", "/index.json"]) if (has(modules, path + end)) return path + end;
  return undefined;
}

function find(id: string, from: string): string | undefined {
  const folder = from.slice(0, Math.max(1, from.lastIndexOf("/")));
  const path = id.startsWith("file://") ? decodeURIComponent(id.slice(7)) : id;
  if (/^(?:\.{0,2}\/|\.{1,2}$)/.test(path)) return probe(join(folder, path));
  for (let at = folder; ; at = at.slice(0, at.lastIndexOf("/"))) {
    const found = probe(`${at}/node_modules/${path}`);
    if (found !== undefined) return found;
    if (!at.includes("/")) break;
  }
  for (const root of onDemand.nodePath) {
    const found = probe(join(root, path));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The error that Node throws for a module that is not there. */
export function missing(id: string, from: string, esm: boolean): Error {
  const isPath = /^[./]/.test(id);
  const words = esm
    ? `Cannot find ${isPath ? "module" : "package"} '${isPath ? join(from.slice(0, from.lastIndexOf("/")), id) : id}' imported from ${from}`
    : `Cannot find module '${id}'\nRequire stack:\n- ${from}${from === RUNTIME_FILE ? "" : `\n- ${RUNTIME_FILE}`}`;
  const error: Coded = new Error(words);
  error.code = esm ? "ERR_MODULE_NOT_FOUND" : "MODULE_NOT_FOUND";
  return error;
}

function isBuiltin(id: string): boolean {
  const { isBuiltin: known } = runtimeRequire("module") as { isBuiltin: (id: string) => boolean };
  return id === "sluice" || id.startsWith("node:") || known(id);
}

function makeRequire(from: string): object {
  const resolve = (id: unknown): string => {
    const name = String(id);
    if (isBuiltin(name)) return name;
    const found = find(name, from);
    if (found === undefined) throw missing(name, from, false);
    return found;
  };
  const load = (id: unknown): unknown => {
    const found = resolve(id);
    if (has(onDemand.modules, found)) return onDemand.modules[found]?.();
    if (has(mounted, found)) throw missing(found, from, false);
    return runtimeRequire(found);
  };
  const paths = (): string[] => [];
  return Object.assign(load, {
    resolve: Object.assign(resolve, { paths }),
    cache: {},
    extensions: {},
    main: undefined,
  });
}

/** A file's own `require`; Node takes the path, or the address, of any file. */
export function requireOf(file: unknown): object {
  const text = String(file);
  const path = text.startsWith("file://") ? decodeURIComponent(text.slice(7)) : text;
  const known = requires.get(path) ?? makeRequire(path);
  requires.set(path, known);
  return known;
}

/** `node:module` with a `createRequire` that knows the function's own files. */
export function moduleBuiltin(): object {
  const real = runtimeRequire("module") as object;
  return Object.create(real, {
    ...Object.getOwnPropertyDescriptors(real),
    createRequire: { value: requireOf, enumerable: true, configurable: true, writable: true },
  }) as object;
}

export function provide(table: OnDemand): void {
  onDemand = table;
}

/** Files for `node:fs`: how many bytes each has, and what gives them in base64. */
export function mount(given: Readonly<Record<string, readonly [number, (() => string) | null]>>): void {
  mounted = given;
  (runtimeRequire("sluice/package") as { mount: (files: typeof given) => void }).mount(given);
}

function fail(name: string, message: string, cause?: unknown): Error {
  const error = new Error(message);
  error.name = name;
  const frames = cause instanceof Error ? (cause.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line)) : [];
  error.stack = [`${name}: ${message}`, ...frames].join("\n");
  return error;
}

/** What Lambda's runtime says of code that cannot be loaded. */
function explained(error: unknown): unknown {
  if (error instanceof SyntaxError) return fail("Runtime.UserCodeSyntaxError", String(error), error);
  if (!(error instanceof Error) || (error as Coded).code !== "MODULE_NOT_FOUND") return error;
  return fail("Runtime.ImportModuleError", `Error: ${error.message}`, error);
}

function member(loaded: unknown, name: string, path: readonly string[]): unknown {
  let found = loaded;
  for (const key of path)
    found = found === undefined || found === null ? found : (found as Record<string, unknown>)[key];
  if (found === undefined || found === null) {
    throw fail("Runtime.HandlerNotFound", `${name} is undefined or not exported`);
  }
  if (typeof found !== "function") throw fail("Runtime.HandlerNotFound", `${name} is not a function`);
  return found;
}

export function handler(load: Load, name: string, path: readonly string[]): unknown {
  let loaded: unknown;
  try {
    loaded = load();
  } catch (error) {
    throw explained(error);
  }
  return member(loaded, name, path);
}

/** The same for a module that awaits at its top level. */
export async function handlerLater(
  load: () => Promise<unknown>,
  name: string,
  path: readonly string[],
): Promise<unknown> {
  let loaded: unknown;
  try {
    loaded = await load();
  } catch (error) {
    throw explained(error);
  }
  return member(loaded, name, path);
}

export function malformedHandler(message: string): never {
  throw fail("Runtime.MalformedHandlerName", message);
}

export const runtimeFile = RUNTIME_FILE;
