import type { IncomingMessage } from "node:http";

/** Services of AWS beside Lambda, by the names that requests to them are signed for. */
export type AwsServiceName = "kinesis" | "scheduler" | "sqs" | "sts";

const TARGETS: Readonly<Record<string, AwsServiceName>> = { AmazonSQS: "sqs", Kinesis_20131202: "kinesis" };
const FORM = "application/x-www-form-urlencoded";
const QUEUE_PATH = /^\/\d{12}\/[^/]+$/;
const SCHEDULER_PATH = /^\/(?:schedules(?:$|\/)|schedule-groups(?:$|\/)|tags\/)/;
/** As signed; the one in a query has its slashes escaped. */
const SCOPE = /Credential=[^/,&%]*(?:\/|%2F)\d{8}(?:\/|%2F)[^/,&%]*(?:\/|%2F)(\w+)/i;

/**
 * Which service a request is for. Several live at `/`, where the target's name tells them apart, and with the older
 * protocol what the request is signed for; whether it is, is looked at later. Undefined: for none of them.
 */
export function findService(request: IncomingMessage): AwsServiceName | undefined {
  const { method = "GET", url = "/", headers } = request;
  const [path = "/", query = ""] = url.split("?", 2);
  if (SCHEDULER_PATH.test(path)) return "scheduler";
  const isQueue = QUEUE_PATH.test(path);
  if (path !== "/" && !isQueue) return undefined;
  if (method === "GET") {
    if (!/(?:^|&)Action=/.test(query)) return undefined;
    return isQueue ? "sqs" : signedFor(headers.authorization ?? query);
  }
  if (method !== "POST") return undefined;
  const target = headers["x-amz-target"];
  if (typeof target === "string") {
    const [prefix = ""] = target.split(".", 1);
    const service = Object.hasOwn(TARGETS, prefix) ? TARGETS[prefix] : undefined;
    return isQueue && service !== "sqs" ? undefined : service;
  }
  if (isQueue) return "sqs";
  const signed = signedFor(headers.authorization ?? query);
  return signed === undefined && headers["content-type"]?.startsWith(FORM) === true ? "sqs" : signed;
}

function signedFor(text: string): "sqs" | "sts" | undefined {
  const service = SCOPE.exec(text)?.[1]?.toLowerCase();
  return service === "sqs" || service === "sts" ? service : undefined;
}
