import { nodeError } from "../node-error.ts";
import { isIP } from "./is-ip.ts";

export interface Certificate {
  readonly subject?: { readonly CN?: string };
  readonly subjectaltname?: string;
}

/** Whether a certificate names a host (RFC 6125). @returns why not */
export function checkServerIdentity(host: string, certificate: Certificate): Error | undefined {
  const name = String(host).replace(/\.$/, "").toLowerCase();
  const alternatives = (certificate.subjectaltname ?? "").split(", ");
  if (isIP(name) !== 0) {
    const addresses = alternatives.filter((one) => one.startsWith("IP Address:")).map((one) => one.slice(11));
    return addresses.includes(name) ? undefined : mismatch(host, certificate, `IP: ${host} is not in the cert's list`);
  }
  const names = alternatives.filter((one) => one.startsWith("DNS:")).map((one) => one.slice(4));
  const { CN: commonName } = certificate.subject ?? {};
  if (names.length === 0 && commonName !== undefined) names.push(commonName);
  if (names.some((pattern) => matches(pattern.toLowerCase(), name))) return undefined;
  return mismatch(host, certificate, `Host: ${host}. is not in the cert's altnames: ${certificate.subjectaltname}`);
}

/** A `*` stands for the whole of the leftmost label. */
function matches(pattern: string, name: string): boolean {
  if (!pattern.startsWith("*.")) return pattern === name;
  const dot = name.indexOf(".");
  return dot > 0 && name.slice(dot) === pattern.slice(1) && pattern.indexOf(".", 2) > 0;
}

function mismatch(host: string, cert: Certificate, reason: string): Error {
  const message = `Hostname/IP does not match certificate's altnames: ${reason}`;
  return Object.assign(nodeError(Error, "ERR_TLS_CERT_ALTNAME_INVALID", message), { reason, host, cert });
}
