import { dateNow } from "./primordials.ts";

/** When the isolate began, in milliseconds since the epoch: the origin of `performance` and `process.uptime()`. */
export const startedAt = dateNow();
