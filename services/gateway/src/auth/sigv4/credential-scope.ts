import { incomplete, invalid, type Refused } from "./refusal.ts";
import type { CredentialScope } from "./signature-claim.ts";
import type { SigningTime } from "./signing-time.ts";

const TERMINATOR = "aws4_request";
const CREDENTIAL_CHARS = 256;

export interface Credential {
  readonly accessKeyId: string;
  readonly scope: CredentialScope;
}

/** `<access key id>/<date>/<region>/<service>/aws4_request` */
export function parseCredential(
  text: string,
  time: SigningTime,
): { readonly ok: true; readonly credential: Credential } | Refused {
  const parts = text.slice(0, CREDENTIAL_CHARS + 1).split("/");
  const [accessKeyId = "", date = "", region = "", service = "", terminator = ""] = parts;
  if (parts.length !== 5 || accessKeyId === "" || text.length > CREDENTIAL_CHARS) {
    return incomplete(
      "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, " +
        `got '${text.slice(0, 64)}'`,
    );
  }
  if (terminator !== TERMINATOR) {
    return invalid(`Credential should be scoped with a valid terminator: '${TERMINATOR}', not '${terminator}'.`);
  }
  const day = time.text.slice(0, 8);
  if (date !== day) {
    return invalid(
      "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: " +
        `'${date}' != '${day}', from '${time.text}'.`,
    );
  }
  return { ok: true, credential: { accessKeyId, scope: { date, region, service } } };
}

/** A signature for one service or region is none for another. */
export function checkScope(
  scope: CredentialScope,
  expected: Pick<CredentialScope, "region" | "service">,
): { readonly ok: true } | Refused {
  if (scope.region !== expected.region) {
    return invalid(`Credential should be scoped to a valid region, not '${scope.region}'. `);
  }
  if (scope.service !== expected.service) {
    return invalid(`Credential should be scoped to correct service: '${expected.service}'. `);
  }
  return { ok: true };
}

export function scopeText({ date, region, service }: CredentialScope): string {
  return `${date}/${region}/${service}/${TERMINATOR}`;
}
