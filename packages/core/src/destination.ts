import { parseQualifiedName } from "./names.ts";

/** Where records of ended events go, by the text that names it: an ARN, or the address of a webhook. */
export type Destination =
  | { readonly kind: "function"; readonly name: string; readonly qualifier: string }
  | { readonly kind: "queue"; readonly name: string }
  | { readonly kind: "stream"; readonly name: string }
  | { readonly kind: "bucket"; readonly name: string }
  | { readonly kind: "webhook"; readonly url: string };

export type DestinationKind = Destination["kind"];

const CHARS_MAX = 2_048;
const ARN = /^arn:aws[a-z-]*:([a-z0-9-]+):[a-z0-9-]*:\d{0,12}:(.+)$/;

/** Undefined when the text names nothing that events can be sent to. */
export function parseDestination(text: string): Destination | undefined {
  if (text.length > CHARS_MAX) return undefined;
  if (/^https?:\/\//i.test(text)) return URL.canParse(text) ? { kind: "webhook", url: text } : undefined;
  const [, service, resource = ""] = ARN.exec(text) ?? [];
  switch (service) {
    case "lambda":
      return functionOf(resource);
    case "sqs":
      return named("queue", /^([A-Za-z0-9_-]{1,80}(?:\.fifo)?)$/.exec(resource)?.[1]);
    case "kinesis":
      return named("stream", /^stream\/([A-Za-z0-9_.-]{1,128})$/.exec(resource)?.[1]);
    case "s3":
      return named("bucket", /^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])$/.exec(resource)?.[1]);
    default:
      return undefined;
  }
}

function functionOf(resource: string): Destination | undefined {
  if (!resource.startsWith("function:")) return undefined;
  const qualified = parseQualifiedName(resource.slice("function:".length));
  return qualified === undefined ? undefined : { kind: "function", ...qualified };
}

function named(kind: "queue" | "stream" | "bucket", name: string | undefined): Destination | undefined {
  return name === undefined ? undefined : { kind, name };
}
