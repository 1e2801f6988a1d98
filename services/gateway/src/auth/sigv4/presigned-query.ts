import { parseCredential } from "./credential-scope.ts";
import type { HeaderList } from "./header-list.ts";
import { percentDecode } from "./percent.ts";
import type { QueryParameters } from "./query.ts";
import { incomplete } from "./refusal.ts";
import { ALGORITHM, type Claimed } from "./signature-claim.ts";
import { parseSigningTime } from "./signing-time.ts";

const REQUIRED = [
  "X-Amz-Algorithm",
  "X-Amz-Credential",
  "X-Amz-Signature",
  "X-Amz-SignedHeaders",
  "X-Amz-Date",
  "X-Amz-Expires",
] as const;
const WEEK_S = 604_800;

/** Whether the query claims to sign the request. */
export function isPresigned(parameters: QueryParameters): boolean {
  return parameters.some(([name]) => name === "X-Amz-Algorithm" || name === "X-Amz-Signature");
}

/** A link that was signed for whoever has it, for a time. */
export function readPresignedQuery(parameters: QueryParameters, headers: HeaderList): Claimed {
  const values = new Map<string, string>();
  for (const [name, value] of parameters) {
    if (!name.startsWith("X-Amz-")) continue;
    if (values.has(name)) return incomplete(`AWS query-string parameters name '${name.slice(0, 64)}' twice.`);
    values.set(name, percentDecode(value));
  }
  const missing = REQUIRED.filter((name) => !values.get(name));
  if (missing.length > 0) {
    const list = missing.map((name) => `AWS query-string parameters must include '${name}'.`).join(" ");
    return incomplete(`${list} Re-examine the query-string parameters.`);
  }
  const value = (name: (typeof REQUIRED)[number]): string => values.get(name) ?? "";
  if (value("X-Amz-Algorithm") !== ALGORITHM) return incomplete(`X-Amz-Algorithm must be '${ALGORITHM}'.`);
  const seconds = /^[1-9]\d{0,5}$/.test(value("X-Amz-Expires")) ? Number(value("X-Amz-Expires")) : Number.NaN;
  if (!(seconds <= WEEK_S)) return incomplete(`X-Amz-Expires must be a number of seconds from 1 to ${WEEK_S}.`);
  const parsed = parseSigningTime(value("X-Amz-Date"));
  if (!parsed.ok) return parsed;
  const read = parseCredential(value("X-Amz-Credential"), parsed.time);
  if (!read.ok) return read;
  return {
    ok: true,
    claim: {
      ...read.credential,
      time: parsed.time,
      lifetimeMs: seconds * 1000,
      signedHeaders: value("X-Amz-SignedHeaders").split(";"),
      signature: value("X-Amz-Signature"),
      parameters: parameters.filter(([name]) => name !== "X-Amz-Signature"),
      headers,
    },
  };
}
