import { SANDBOX_ERROR_TYPES } from "@sluice/core";
import * as lazy from "../lazy.ts";
import {
  defineHidden,
  IntrinsicError,
  IntrinsicMap,
  mapGet,
  mapSet,
  objectKeys,
  stringSlice,
  stringStartsWith,
  toText,
} from "../primordials.ts";
import * as timers from "../timers/timers.ts";
import { packageModule } from "./fs/packaged-files.ts";
import { guestProcess } from "./process.ts";

const cache = new IntrinsicMap<string, unknown>();

const refused = (name: string) => (): unknown => lazy.loadRefusedModules().refusedModule(name);
const timersModule = (): object => ({
  setTimeout: timers.setTimeout,
  setInterval: timers.setInterval,
  setImmediate: timers.setImmediate,
  clearTimeout: timers.clearTimeout,
  clearInterval: timers.clearInterval,
  clearImmediate: timers.clearImmediate,
  promises: lazy.loadTimersPromises().timersPromises,
});

/** A module's name and how it is made at its first use; without a prototype, so that no inherited name is one. */
const MODULES: Readonly<Record<string, (() => unknown) | undefined>> = {
  __proto__: null as never,
  assert: () => lazy.loadAssert().assert,
  "assert/strict": () => lazy.loadAssert().strict,
  async_hooks: () => lazy.loadAsyncHooks().asyncHooks,
  buffer: () => lazy.loadBuffer().bufferModule,
  child_process: refused("child_process"),
  cluster: refused("cluster"),
  console: () => globalThis.console,
  constants: () => {
    const { errno, signals, priority, dlopen } = lazy.loadOs().os.constants;
    return { ...errno, ...signals, ...priority, ...dlopen, ...lazy.loadFsConstants().fsConstants };
  },
  crypto: () => lazy.loadNodeCrypto().cryptoModule,
  dgram: refused("dgram"),
  diagnostics_channel: () => lazy.loadDiagnosticsChannel().diagnosticsChannel,
  dns: () => lazy.loadDns().dns,
  "dns/promises": () => lazy.loadDns().dnsPromises,
  domain: refused("domain"),
  events: () => lazy.loadNodeEvents().events,
  fs: () => lazy.loadFsModule().fs,
  "fs/promises": () => lazy.loadFsModule().fs.promises,
  http: () => lazy.loadHttp().http,
  http2: refused("http2"),
  https: () => lazy.loadHttp().https,
  inspector: refused("inspector"),
  "inspector/promises": refused("inspector/promises"),
  module: () => moduleModule,
  net: () => lazy.loadNet().net,
  os: () => lazy.loadOs().os,
  path: () => lazy.loadPath().path,
  "path/posix": () => lazy.loadPath().path,
  "path/win32": () => lazy.loadPath().path["win32"],
  perf_hooks: () => lazy.loadPerfHooks().perfHooks,
  process: () => guestProcess,
  punycode: () => lazy.loadPunycode().punycode,
  querystring: () => lazy.loadQueryString().querystring,
  readline: () => lazy.loadReadline().readline,
  "readline/promises": () => lazy.loadReadline().readlinePromises,
  repl: refused("repl"),
  sea: refused("sea"),
  sluice: () => ({ kv: lazy.loadKv().kv }),
  "sluice/package": () => packageModule,
  sqlite: refused("sqlite"),
  stream: () => lazy.loadStream().stream,
  "stream/consumers": () => lazy.loadStreamModules().streamConsumers,
  "stream/promises": () => lazy.loadStreamModules().streamPromises,
  "stream/web": () => lazy.loadStreamModules().streamWeb,
  string_decoder: () => lazy.loadStringDecoder(),
  sys: () => lazy.loadUtil().util,
  test: refused("test"),
  "test/reporters": refused("test/reporters"),
  timers: timersModule,
  "timers/promises": () => lazy.loadTimersPromises().timersPromises,
  tls: () => lazy.loadTls().tls,
  trace_events: refused("trace_events"),
  tty: () => lazy.loadTty().tty,
  url: () => lazy.loadUrlModule().urlModule,
  util: () => lazy.loadUtil().util,
  "util/types": () => lazy.loadUtil().util.types,
  v8: () => lazy.loadV8Module().v8Module,
  vm: refused("vm"),
  wasi: refused("wasi"),
  worker_threads: () => lazy.loadWorkerThreads().workerThreads,
  zlib: () => lazy.loadZlib().zlib,
};

/** Of Node only with its prefix. */
const PREFIXED = ["sea", "sqlite", "test", "test/reporters"];

/**
 * The `require` of user bundles: everything else was bundled when the function was deployed.
 *
 * @throws Error named Runtime.ImportModuleError, code MODULE_NOT_FOUND
 */
export function requireModule(specifier: unknown): unknown {
  const name = toText(specifier);
  const bare = stringStartsWith(name, "node:") ? stringSlice(name, 5) : name;
  const known = mapGet(cache, bare);
  if (known !== undefined) return known;
  const load = MODULES[bare];
  if (load === undefined) throw notFound(name);
  const loaded = load();
  mapSet(cache, bare, loaded);
  return loaded;
}

/** `module.isBuiltin` and what stands on it. */
function isBuiltin(specifier: unknown): boolean {
  const name = toText(specifier);
  const bare = stringStartsWith(name, "node:") ? stringSlice(name, 5) : name;
  if (stringStartsWith(bare, "sluice") || MODULES[bare] === undefined) return false;
  return bare !== name || !PREFIXED.includes(bare);
}

/** `node:module`. */
const moduleModule = {
  createRequire: () => requireForUsers(),
  isBuiltin,
  get builtinModules(): string[] {
    return objectKeys(MODULES).filter((name) => !stringStartsWith(name, "sluice") && !PREFIXED.includes(name));
  },
  findPackageJSON: (): undefined => undefined,
  register: (): void => undefined,
  syncBuiltinESMExports: (): void => undefined,
  enableCompileCache: (): object => ({ status: 3 }),
  _load: requireModule,
  _resolveFilename: (name: unknown): string => toText(name),
};

/** `createRequire(…)`: the same builtins from wherever it is made; packages and files were bundled or are not there. */
function requireForUsers(): object {
  const resolve = (specifier: unknown): string => {
    if (!isBuiltin(specifier)) throw notFound(toText(specifier));
    return toText(specifier);
  };
  return Object.assign((specifier: unknown): unknown => requireModule(specifier), {
    resolve: Object.assign(resolve, { paths: (): null => null }),
    cache: Object.create(null) as object,
    main: undefined,
  });
}

defineHidden(guestProcess, "getBuiltinModule", (specifier: unknown): unknown =>
  isBuiltin(specifier) ? requireModule(specifier) : undefined,
);

function notFound(name: string): Error {
  const error = new IntrinsicError(
    `Cannot find module '${name}'. Modules of npm and of your own are bundled when a function is deployed: check that ` +
      `it is installed beside the function and imported by a name that the bundler can read.`,
  );
  defineHidden(error, "name", SANDBOX_ERROR_TYPES.importFailed);
  defineHidden(error, "code", "MODULE_NOT_FOUND");
  return error;
}
