import { REFUSED_NODE_MODULES } from "@sluice/core";
import { http2Constants } from "./http2-constants.ts";
import { REFUSED_MEMBERS } from "./refused-members.ts";
import { unavailableAll } from "./unavailable.ts";

/** What such a module has that is no function, because packages read it while they load. */
const VALUES: Readonly<Record<string, object>> = {
  cluster: { isWorker: false, isMaster: true, isPrimary: true, workers: {}, settings: {}, SCHED_NONE: 1, SCHED_RR: 2 },
  http2: { constants: http2Constants, sensitiveHeaders: Symbol("nodejs.http2.sensitiveHeaders") },
  inspector: { url: () => undefined, console: globalThis.console },
  sea: { isSea: () => false },
  vm: { isContext: () => false, constants: {} },
  domain: { active: null },
};

/** A module of which everything may be imported and nothing be used. */
export function refusedModule(name: string): object {
  const advice = REFUSED_NODE_MODULES[name] ?? "it needs what an isolate does not have";
  return { ...unavailableAll(name, REFUSED_MEMBERS[name] ?? [], advice), ...VALUES[name] };
}
