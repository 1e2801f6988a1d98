import { isIP } from "node:net";
import { checkServerIdentity, type ConnectionOptions, type PeerCertificate, type TLSSocket } from "node:tls";
import type { SocketReport, TlsHead } from "@sluice/core";
import { EgressDenied } from "./egress-error.ts";

/** Reading a key, and signing with it, is done on this process's one thread: 8,192 bits are the most that stay short. */
const KEY_CHARS_MAX = 8 * 1024;
const VERSIONS: ReadonlySet<string> = new Set(["TLSv1.2", "TLSv1.3"]);

type SecureOptions = Pick<
  ConnectionOptions,
  | "servername"
  | "rejectUnauthorized"
  | "checkServerIdentity"
  | "ALPNProtocols"
  | "ca"
  | "cert"
  | "key"
  | "minVersion"
  | "maxVersion"
>;

/**
 * What of a guest's wishes for TLS reaches OpenSSL. Texts only, each with a type that was checked; a key that is
 * encrypted would let its author choose how long this process computes.
 */
export function tlsOptions(head: TlsHead, host: string): SecureOptions {
  const { key, cert, ca, alpn } = head;
  if (key !== undefined && (key.length > KEY_CHARS_MAX || key.includes("ENCRYPTED"))) {
    throw new EgressDenied("a TLS key must not be encrypted, and must have at most 8192 bits");
  }
  const servername = head.servername ?? (isIP(host) === 0 ? host : "");
  return {
    servername,
    rejectUnauthorized: head.rejectUnauthorized,
    checkServerIdentity: (_name, certificate) =>
      head.checkHost ? checkServerIdentity(servername || host, certificate) : undefined,
    ...(alpn === undefined || alpn.length === 0 ? {} : { ALPNProtocols: alpn.slice(0, 8).map(String) }),
    ...(ca === undefined ? {} : { ca: ca.map(String) }),
    ...(cert === undefined ? {} : { cert: String(cert) }),
    ...(key === undefined ? {} : { key: String(key) }),
    ...versions(head),
  };
}

function versions({ minVersion, maxVersion }: TlsHead): SecureOptions {
  return {
    ...(minVersion !== undefined && VERSIONS.has(minVersion) ? { minVersion: minVersion as "TLSv1.3" } : {}),
    ...(maxVersion !== undefined && VERSIONS.has(maxVersion) ? { maxVersion: maxVersion as "TLSv1.3" } : {}),
  };
}

export function reportTls(socket: TLSSocket): SocketReport["tls"] {
  const { authorizationError } = socket as { authorizationError?: Error | string | null };
  return {
    alpn: socket.alpnProtocol ?? false,
    authorized: socket.authorized,
    authorizationError: authorizationError ? authorizationError.toString() : null,
    protocol: socket.getProtocol(),
    cipher: socket.getCipher()?.name ?? "",
    certificate: describe(socket.getPeerCertificate()),
  };
}

function describe(certificate: PeerCertificate): Record<string, unknown> {
  const { subject, issuer, subjectaltname, valid_from, valid_to, fingerprint, fingerprint256, serialNumber } =
    certificate;
  return { subject, issuer, subjectaltname, valid_from, valid_to, fingerprint, fingerprint256, serialNumber };
}
