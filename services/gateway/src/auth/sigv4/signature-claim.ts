import type { HeaderList } from "./header-list.ts";
import type { QueryParameters } from "./query.ts";
import type { Refused } from "./refusal.ts";
import type { SigningTime } from "./signing-time.ts";

export const ALGORITHM = "AWS4-HMAC-SHA256";

/** The head of a request: known before its body is read. */
export interface RequestHead {
  readonly method: string;
  /** As it was sent, before any router took something off: `/2015-03-31/functions/f%3A1?Marker=a`. */
  readonly url: string;
  /** As `IncomingMessage.rawHeaders`. */
  readonly rawHeaders: readonly string[];
}

/** What a signed request says of itself, read but not believed. */
export interface SignatureClaim {
  readonly accessKeyId: string;
  readonly scope: CredentialScope;
  readonly time: SigningTime;
  /** How long it is good for; undefined: as long as clocks may differ. */
  readonly lifetimeMs: number | undefined;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** Of the whole query but for the signature. */
  readonly parameters: QueryParameters;
  readonly headers: HeaderList;
}

export interface CredentialScope {
  /** `20261124` */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

export type Claimed = { readonly ok: true; readonly claim: SignatureClaim } | Refused;
