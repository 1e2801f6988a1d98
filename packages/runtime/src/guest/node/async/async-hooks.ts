import { unavailable } from "../unavailable.ts";
import { AsyncLocalStorage } from "./async-local-storage.ts";
import { AsyncResource, emitterWithResource } from "./async-resource.ts";
import { keepFramesAcrossPromises } from "./promise-frames.ts";

// Before any other code of the function's can keep the native `then` for itself.
keepFramesAcrossPromises();

let emitterClass: ReturnType<typeof emitterWithResource> | undefined;

export function eventEmitterAsyncResource(): ReturnType<typeof emitterWithResource> {
  emitterClass ??= emitterWithResource();
  return emitterClass;
}

/** `node:async_hooks`: storages and resources; hooks on every asynchronous step are not to be had in an isolate. */
export const asyncHooks = {
  AsyncLocalStorage,
  AsyncResource,
  createHook: unavailable(
    "async_hooks",
    "createHook",
    "use AsyncLocalStorage to carry values across asynchronous calls",
  ),
  executionAsyncId: (): number => 1,
  triggerAsyncId: (): number => 0,
  executionAsyncResource: (): object => ({}),
  asyncWrapProviders: Object.freeze(Object.create(null)) as object,
};
