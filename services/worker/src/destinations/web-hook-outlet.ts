import { readFault } from "../broker/egress-error.ts";
import type { WebHooks } from "../broker/web-hooks.ts";
import { DeliveryError } from "./delivery-error.ts";
import type { Outlet } from "./outlet.ts";

/** Refusals that time may change. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);

/** POSTs the record to an address; any 2xx means that it has arrived. */
export function createWebHookOutlet(hooks: Pick<WebHooks, "post">): Outlet<"webhook"> {
  return async ({ url }, { version, id, chain, body }) => {
    const headers = [
      ["content-type", "application/json"],
      ["user-agent", "Sluice"],
      ["webhook-id", id],
      ["x-amzn-trace-id", chain],
    ] as const;
    const { host } = new URL(url);
    const status = await hooks.post({ version, url, headers, body }).catch((cause: unknown) => {
      const { code, message } = readFault(cause);
      throw new DeliveryError(`${host}: ${message}`, { permanent: code === "Egress.Denied", cause });
    });
    if (status >= 200 && status < 300) return;
    const permanent = status < 500 && !PASSING.has(status);
    throw new DeliveryError(`${host} answered ${status}`, { permanent });
  };
}
