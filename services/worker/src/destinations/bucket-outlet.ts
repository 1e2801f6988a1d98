import { request } from "undici";
import { DeliveryError } from "./delivery-error.ts";
import type { Outlet } from "./outlet.ts";
import { type ObjectStore, signedPut } from "./signed-put.ts";

const TIMEOUT_MS = 10_000;
/** Refusals that time, or the owner of the bucket, may change soon. */
const PASSING: ReadonlySet<number> = new Set([408, 409, 429]);

/** Puts records of failures into a bucket of the installation's object store, under keys as Lambda's. */
export function createBucketOutlet(store: ObjectStore, now: () => number): Outlet<"bucket"> {
  return async ({ name: bucket }, { invocation, ending, body }) => {
    const key = keyOf(invocation.function, ending.at, invocation.id);
    const { url, headers } = signedPut({ store, bucket, key, body, now: now() });
    const response = await request(url, {
      method: "PUT",
      headers,
      body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body.dump({ limit: 65_536 });
    const { statusCode } = response;
    if (statusCode >= 200 && statusCode < 300) return;
    const permanent = statusCode < 500 && !PASSING.has(statusCode);
    throw new DeliveryError(`the object store answered ${statusCode} for the bucket '${bucket}'`, { permanent });
  };
}

function keyOf(functionName: string, at: number, id: string): string {
  const [day = "", time = ""] = new Date(at).toISOString().split("T");
  const moment = `${day}T${time.slice(0, 8).replaceAll(":", ".")}`;
  return `aws/lambda/async/${functionName}/${day.replaceAll("-", "/")}/${moment}-${id}`;
}
