import { type HttpRequestHead, parseLineage, TRACE_HEADER } from "@sluice/core";

export type HeaderPairs = HttpRequestHead["headers"];

/** Hop-by-hop and framing headers are the client's own business; `host` would reach another virtual host. */
const FORBIDDEN: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);
/** What one origin trusted us with must not reach another. */
const CREDENTIALS: ReadonlySet<string> = new Set(["authorization", "cookie", "proxy-authorization"]);

/** What a request may say. The length of a body that is still to come has to come from the guest, if it knows it. */
export function cleanHeaders(headers: HeaderPairs, bodyFollows: boolean): HeaderPairs {
  return headers.filter(([name, value]) => {
    const lower = name.toLowerCase();
    if (lower === "content-length" && bodyFollows) return /^\d{1,15}$/.test(value);
    return !FORBIDDEN.has(lower);
  });
}

/** Says which chain the request continues. A root that the guest has chosen stays; how long its chain is, is not its to say. */
export function withChain(headers: HeaderPairs, chain: string | undefined): HeaderPairs {
  if (chain === undefined) return headers;
  const isTrace = ([name]: readonly [string, string]): boolean => name.toLowerCase() === TRACE_HEADER;
  const given = headers.find(isTrace)?.[1];
  return [...headers.filter((pair) => !isTrace(pair)), ["X-Amzn-Trace-Id", joinTrace(given, chain)]];
}

/** Only fields in the form that receivers read: another one would hide the chain from them. */
function joinTrace(given: string | undefined, chain: string): string {
  const root = parseLineage(given)?.root;
  if (given === undefined || root === undefined) return chain;
  const kept = given.split(";").filter((field) => /^\s*(Parent=[0-9a-f]{16}|Sampled=[01?])\s*$/.test(field));
  return [`Root=${root}`, ...kept.slice(0, 2), chain.slice(chain.indexOf(";") + 1)].join(";");
}

/** What the standard's `fetch` adds when the caller says nothing else. */
export function withDefaults(headers: HeaderPairs, encodings: string): HeaderPairs {
  const given = new Set(headers.map(([name]) => name.toLowerCase()));
  const defaults: HeaderPairs = [
    ["accept", "*/*"],
    ["user-agent", "Sluice"],
    ["accept-encoding", encodings],
  ];
  return [...headers, ...defaults.filter(([name]) => !given.has(name))];
}

/** What goes along to where a redirect leads. */
export function redirectedHeaders(headers: HeaderPairs, kept: { origin: boolean; body: boolean }): HeaderPairs {
  return headers.filter(([name]) => {
    const lower = name.toLowerCase();
    if (!kept.origin && CREDENTIALS.has(lower)) return false;
    return kept.body || !lower.startsWith("content-");
  });
}
