import type { TlsHead } from "@sluice/core";
import { loadBuffer } from "../../lazy.ts";
import { nodeError } from "../node-error.ts";

type Pem = string | Uint8Array | readonly (string | Uint8Array)[];

/** The options of Node's `tls.connect` that mean something to the host, who speaks TLS for us. */
export interface SecureOptions {
  readonly servername?: string;
  readonly ALPNProtocols?: readonly (string | Uint8Array)[] | Uint8Array;
  readonly ca?: Pem;
  readonly cert?: Pem;
  readonly key?: Pem | readonly { readonly pem: string | Uint8Array }[];
  readonly pfx?: unknown;
  readonly passphrase?: unknown;
  readonly rejectUnauthorized?: boolean;
  readonly checkServerIdentity?: (host: string, certificate: unknown) => Error | undefined;
  readonly minVersion?: string;
  readonly maxVersion?: string;
  readonly secureContext?: { readonly options: SecureOptions };
}

/** @throws for what the host refuses to read: encrypted keys and PKCS #12 */
export function tlsHead(given: SecureOptions, servername: string | undefined): TlsHead {
  const options = { ...given.secureContext?.options, ...definedOf(given) };
  if (options.pfx !== undefined || options.passphrase !== undefined) {
    throw nodeError(
      Error,
      "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM",
      "The TLS options 'pfx' and 'passphrase' are not available in a function: " +
        "give the certificate and the decrypted key as PEM in 'cert' and 'key'",
    );
  }
  const { minVersion, maxVersion } = options;
  return {
    ...(servername === undefined ? {} : { servername }),
    ...(options.ALPNProtocols === undefined ? {} : { alpn: protocols(options.ALPNProtocols) }),
    ...(options.ca === undefined ? {} : { ca: pems(options.ca) }),
    ...(options.cert === undefined ? {} : { cert: pems(options.cert).join("\n") }),
    ...(options.key === undefined ? {} : { key: pems(options.key as Pem).join("\n") }),
    rejectUnauthorized: options.rejectUnauthorized !== false,
    checkHost: options.checkServerIdentity === undefined,
    ...(minVersion === undefined ? {} : { minVersion }),
    ...(maxVersion === undefined ? {} : { maxVersion }),
  };
}

/** Whether any option asks for more than the host's own idea of TLS. */
export function hasSecureOptions(options: SecureOptions): boolean {
  const { ca, cert, key, pfx, rejectUnauthorized, servername, checkServerIdentity, secureContext } = options;
  const wishes = [ca, cert, key, pfx, servername, checkServerIdentity, secureContext, options.passphrase];
  return rejectUnauthorized === false || wishes.some((wish) => wish !== undefined);
}

function definedOf(options: SecureOptions): SecureOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined && value !== null));
}

function pems(source: Pem): string[] {
  const list = (Array.isArray(source) ? source : [source]) as readonly unknown[];
  return list.map((one) => textOf((one as { pem?: unknown } | null)?.pem ?? one));
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  return loadBuffer()
    .Buffer.from(value as Uint8Array)
    .toString();
}

/** Node also takes the wire form: each name after its length. */
function protocols(given: readonly (string | Uint8Array)[] | Uint8Array): string[] {
  if (!(given instanceof Uint8Array)) return given.map(textOf);
  const names: string[] = [];
  for (let at = 0; at < given.length; at += 1 + (given[at] ?? 0)) {
    names.push(textOf(given.subarray(at + 1, at + 1 + (given[at] ?? 0))));
  }
  return names;
}
