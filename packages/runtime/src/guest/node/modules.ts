import { SANDBOX_ERROR_TYPES } from "@sluice/core";
import { loadBuffer, loadEventEmitter, loadKv, loadTimersPromises, loadUrl, loadUrlModule } from "../lazy.ts";
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

function load(name: string): unknown {
  switch (name) {
    case "sluice":
      return { kv: loadKv().kv };
    case "buffer":
      return loadBuffer().bufferModule;
    case "events":
      return loadEventEmitter();
    case "process":
      return guestProcess;
    case "timers":
      return {
        setTimeout: timers.setTimeout,
        setInterval: timers.setInterval,
        setImmediate: timers.setImmediate,
        clearTimeout: timers.clearTimeout,
        clearInterval: timers.clearInterval,
        clearImmediate: timers.clearImmediate,
        promises: loadTimersPromises().timersPromises,
      };
    case "timers/promises":
      return loadTimersPromises().timersPromises;
    case "url":
      return loadUrlModule().urlModule(loadUrl());
  }
  return undefined;
}

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
  const loaded = load(bare);
  if (loaded === undefined) throw notFound(name);
  mapSet(cache, bare, loaded);
  return loaded;
}

function notFound(name: string): Error {
  const error = new IntrinsicError(
    `Cannot find module '${name}'. Modules of npm and of your own are bundled when a function is deployed: check that ` +
      `it is installed beside the function. Of Node's own modules a function has buffer, events, process, timers and url, ` +
      `besides the web standards (fetch, crypto, URL, …).`,
  );
  defineHidden(error, "name", SANDBOX_ERROR_TYPES.importFailed);
  defineHidden(error, "code", "MODULE_NOT_FOUND");
  return error;
}
