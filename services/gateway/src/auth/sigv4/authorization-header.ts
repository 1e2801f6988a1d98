import { parseCredential } from "./credential-scope.ts";
import type { HeaderList } from "./header-list.ts";
import type { QueryParameters } from "./query.ts";
import { incomplete, MISSING } from "./refusal.ts";
import { ALGORITHM, type Claimed } from "./signature-claim.ts";
import { parseSigningTime } from "./signing-time.ts";

const PARTS = ["Credential", "Signature", "SignedHeaders"] as const;

/** `Authorization: AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…` */
export function readAuthorizationHeader(headers: HeaderList, parameters: QueryParameters): Claimed {
  const authorization = headers.one("authorization");
  if (authorization === undefined || authorization === "") return MISSING;
  const space = authorization.search(/\s|$/);
  if (authorization.slice(0, space) !== ALGORITHM) {
    return incomplete(`Authorization header requires the algorithm '${ALGORITHM}'.`);
  }
  const parts = new Map<string, string>();
  for (const part of authorization.slice(space).split(",")) {
    const text = part.trim();
    const equals = text.indexOf("=");
    if (equals < 0) {
      const shown = text.slice(0, 64);
      return incomplete(`'${shown}' not a valid key=value pair (missing equal-sign) in Authorization header.`);
    }
    const name = text.slice(0, equals);
    if (parts.has(name)) return incomplete(`Authorization header names '${name.slice(0, 64)}' twice.`);
    parts.set(name, text.slice(equals + 1));
  }
  const date = headers.one("x-amz-date") ?? headers.one("date");
  const missing = PARTS.filter((name) => !parts.get(name)).map(
    (name) => `Authorization header requires '${name}' parameter.`,
  );
  if (date === undefined) {
    missing.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  }
  if (missing.length > 0 || date === undefined) return incomplete(missing.join(" "));
  const parsed = parseSigningTime(date);
  if (!parsed.ok) return parsed;
  const read = parseCredential(parts.get("Credential") ?? "", parsed.time);
  if (!read.ok) return read;
  const signedHeaders = (parts.get("SignedHeaders") ?? "").split(";");
  const signature = parts.get("Signature") ?? "";
  const { time } = parsed;
  const claim = { ...read.credential, time, lifetimeMs: undefined, signedHeaders, signature, parameters, headers };
  return { ok: true, claim };
}
