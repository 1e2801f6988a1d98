import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { TRACE_HEADER } from "@sluice/core";

/** Media types whose body is text in the event; all else is base64 (Lambda function URLs, payload 2.0). */
const TEXT_TYPE = /^(text\/|application\/(json|javascript|xml|x-www-form-urlencoded|graphql|[\w.+-]*\+(json|xml))\b)/i;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A function URL that was called by its host. */
export interface UrlHost {
  readonly id: string;
  /** Without a port. */
  readonly domainName: string;
}

/** Who signed the call, as Lambda tells functions. */
export interface IamCaller {
  readonly accessKey: string;
  readonly accountId: string;
  readonly userArn: string;
}

export interface UrlEventParams {
  readonly request: IncomingMessage;
  readonly body: Buffer;
  /** Path below the function's own address, beginning with `/`. */
  readonly path: string;
  /** Query without `?`. */
  readonly query: string;
  readonly invocationId: string;
  readonly functionName: string;
  readonly sourceIp: string;
  readonly acceptedAt: number;
  readonly host?: UrlHost;
  readonly caller?: IamCaller;
  /** For the header `X-Amzn-Trace-Id`; absent: as the caller sent it. */
  readonly trace?: string;
}

/** The event of an HTTP call: payload format 2.0, as JSON text. */
export function toUrlEvent(params: UrlEventParams): string {
  const { request, body, path, query, acceptedAt } = params;
  const { headers } = request;
  const { host: called, caller, trace } = params;
  const cookies = headers.cookie?.split(/;\s*/).filter((cookie) => cookie !== "");
  const event: Record<string, unknown> = {
    version: "2.0",
    routeKey: "$default",
    rawPath: path,
    rawQueryString: query,
    ...(cookies && cookies.length > 0 ? { cookies } : {}),
    headers: trace === undefined ? flatten(headers) : { ...flatten(headers), [TRACE_HEADER]: trace },
    ...(query === "" ? {} : { queryStringParameters: parseQuery(query) }),
    requestContext: {
      accountId: caller?.accountId ?? "anonymous",
      apiId: called?.id ?? params.functionName,
      ...(caller === undefined ? {} : { authentication: null, authorizer: { iam: toIam(caller) } }),
      domainName: called?.domainName ?? headers.host ?? "",
      domainPrefix: called?.id ?? params.functionName,
      http: {
        method: request.method ?? "GET",
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: params.sourceIp,
        userAgent: headers["user-agent"] ?? "",
      },
      requestId: params.invocationId,
      routeKey: "$default",
      stage: "$default",
      time: formatTime(acceptedAt),
      timeEpoch: acceptedAt,
    },
    ...encodeBody(body, headers["content-type"]),
  };
  return JSON.stringify(event);
}

/** A key has no id beside its own, and belongs to no organisation or pool of identities. */
function toIam({ accessKey, accountId, userArn }: IamCaller): Record<string, unknown> {
  const fixed = { cognitoIdentity: null, principalOrgId: null };
  return { accessKey, accountId, callerId: accessKey, ...fixed, userArn, userId: accessKey };
}

function encodeBody(body: Buffer, contentType: string | undefined): Record<string, unknown> {
  if (body.length === 0) return { isBase64Encoded: false };
  if (contentType !== undefined && TEXT_TYPE.test(contentType)) {
    const text = body.toString("utf8");
    // Bytes that are not UTF-8 would come out changed.
    if (!text.includes("\ufffd") || Buffer.from(text).equals(body)) return { body: text, isBase64Encoded: false };
  }
  return { body: body.toString("base64"), isBase64Encoded: true };
}

/** Node has joined repeated headers with `, ` already, except Set-Cookie. */
function flatten(headers: IncomingHttpHeaders): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) flat[name] = typeof value === "string" ? value : value.join(",");
  }
  return flat;
}

/** Repeated parameters are joined with commas. `Object.fromEntries` keeps a `__proto__` parameter an ordinary one. */
function parseQuery(query: string): Record<string, string> {
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    const before = parameters.get(name);
    parameters.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(parameters);
}

/** `24/Nov/2026:00:20:00 +0000` */
function formatTime(at: number): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${two(date.getUTCDate())}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}`;
  return `${day}:${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} +0000`;
}
