import { randomUUID } from "node:crypto";
import type { WebHooks } from "../broker/web-hooks.ts";
import { createBucketOutlet } from "./bucket-outlet.ts";
import { createFunctionOutlet, type FunctionOutletOptions } from "./function-outlet.ts";
import type { Outlets } from "./outlet.ts";
import { createQueueOutlet, type QueueSender } from "./queue-outlet.ts";
import type { ObjectStore } from "./signed-put.ts";
import { createStreamOutlet, type StreamWriter } from "./stream-outlet.ts";
import { createWebHookOutlet } from "./web-hook-outlet.ts";

export interface OutletsOptions extends Omit<FunctionOutletOptions, "newId"> {
  readonly webHooks: Pick<WebHooks, "post">;
  readonly queues?: QueueSender | undefined;
  readonly streams?: StreamWriter | undefined;
  readonly objectStore?: ObjectStore | undefined;
}

/** Every way to a destination that this installation has. */
export function createOutlets({ webHooks, queues, streams, objectStore, ...options }: OutletsOptions): Outlets {
  return {
    function: createFunctionOutlet({ ...options, newId: randomUUID }),
    webhook: createWebHookOutlet(webHooks),
    queue: queues === undefined ? undefined : createQueueOutlet(queues, randomUUID),
    stream: streams === undefined ? undefined : createStreamOutlet(streams),
    bucket: objectStore === undefined ? undefined : createBucketOutlet(objectStore, options.now),
  };
}
