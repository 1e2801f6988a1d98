import { SANDBOX_ERROR_TYPES } from "@sluice/core";
import {
  loadBuffer,
  loadEventEmitter,
  loadKv,
  loadNodeCrypto,
  loadTimersPromises,
  loadUrl,
  loadUrlModule,
} from "../lazy.ts";
import {
  defineHidden,
  IntrinsicError,
  IntrinsicMap,
  mapGet,
  mapSet,
  stringSlice,
  stringStartsWith,
  toText,
} from "../primordials.ts";
import * as timers from "../timers/timers.ts";
import { guestProcess } from "./process.ts";

const cache = new IntrinsicMap<string, unknown>();

/** A module's name and how it is made at its first use; without a prototype, so that no inherited name is one. */
const MODULES: Readonly<Record<string, (() => unknown) | undefined>> = {
  __proto__: null as never,
  buffer: () => loadBuffer().bufferModule,
  events: () => loadEventEmitter(),
  crypto: () => loadNodeCrypto().cryptoModule,
  process: () => guestProcess,
  sluice: () => ({ kv: loadKv().kv }),
  timers: () => ({
    setTimeout: timers.setTimeout,
    setInterval: timers.setInterval,
    setImmediate: timers.setImmediate,
    clearTimeout: timers.clearTimeout,
    clearInterval: timers.clearInterval,
    clearImmediate: timers.clearImmediate,
    promises: loadTimersPromises().timersPromises,
  }),
  "timers/promises": () => loadTimersPromises().timersPromises,
  url: () => loadUrlModule().urlModule(loadUrl()),
};

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

function notFound(name: string): Error {
  const error = new IntrinsicError(
    `Cannot find module '${name}'. Modules of npm and of your own are bundled when a function is deployed: check that ` +
      `it is installed beside the function. Of Node's own modules a function has buffer, crypto, events, process, timers and url, ` +
      `besides the web standards (fetch, crypto, URL, …).`,
  );
  defineHidden(error, "name", SANDBOX_ERROR_TYPES.importFailed);
  defineHidden(error, "code", "MODULE_NOT_FOUND");
  return error;
}
