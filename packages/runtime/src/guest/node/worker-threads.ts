import { REFUSED_MEMBERS } from "./refused-members.ts";
import { unavailableAll } from "./unavailable.ts";

const ADVICE = "an isolate is one thread; call another function, or split the work over several invocations";
const web = globalThis as unknown as Record<string, unknown>;
const channels = Object.fromEntries(
  ["MessageChannel", "MessagePort", "BroadcastChannel"].filter((name) => name in web).map((name) => [name, web[name]]),
);

/** `node:worker_threads` of the only thread there is. */
export const workerThreads = {
  ...unavailableAll("worker_threads", REFUSED_MEMBERS["worker_threads"] ?? [], ADVICE),
  ...channels,
  isMainThread: true,
  isInternalThread: false,
  parentPort: null,
  workerData: null,
  threadId: 0,
  threadName: "",
  resourceLimits: {},
  SHARE_ENV: Symbol.for("nodejs.worker_threads.SHARE_ENV"),
  markAsUntransferable: (): void => undefined,
  markAsUncloneable: (): void => undefined,
  isMarkedAsUntransferable: (): boolean => false,
  getEnvironmentData: (): undefined => undefined,
  setEnvironmentData: (): void => undefined,
};
