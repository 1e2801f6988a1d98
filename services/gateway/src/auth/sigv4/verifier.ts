import { createHmac, hash, type KeyObject, timingSafeEqual } from "node:crypto";
import { type AccessKey, isUsable, type KeyStore } from "@sluice/core";
import { canonicalHead, stringToSign } from "./canonical-request.ts";
import { checkScope } from "./credential-scope.ts";
import { readClaim } from "./read-claim.ts";
import { MISMATCH, type Refused, UNRECOGNISED } from "./refusal.ts";
import type { RequestHead, SignatureClaim } from "./signature-claim.ts";
import { SigningKeys } from "./signing-keys.ts";
import { checkSigningTime } from "./signing-time.ts";

export interface SignatureVerifierOptions {
  readonly keys: KeyStore;
  /** The only one that signatures may be made for. */
  readonly region: string;
  readonly now: () => number;
}

export type Verified = { readonly ok: true; readonly key: AccessKey } | Refused;

/** A request whose head may be let in; its body decides. */
export interface PendingSignature {
  readonly ok: true;
  /** Of the claimed id: nothing is proved yet. */
  readonly key: AccessKey;
  /** The whole body as it came. */
  complete(body: Uint8Array): Verified;
}

const SHA256_HEX = /^[0-9a-f]{64}$/;
const EMPTY_DIGEST = hash("sha256", "", "hex");

/**
 * Checks AWS Signature Version 4, in the Authorization header or in the query.
 *
 * 1. Local checks come first, then the key, then the signature: a stranger's request costs little, and no body.
 * 2. A caller who sends the body's digest (`x-amz-content-sha256`) proves the key before the body is read.
 * 3. The digest that is signed is always that of the body that came: there is no unsigned payload.
 */
export class SignatureVerifier {
  readonly #keys: SigningKeys;
  readonly #region: string;
  readonly #now: () => number;

  constructor(options: SignatureVerifierOptions) {
    this.#keys = new SigningKeys(options);
    this.#region = options.region;
    this.#now = options.now;
  }

  /**
   * All that can be checked without the body. `service` is the name that requests to this address are signed for.
   *
   * @throws PlatformError Service.Unavailable when keys cannot be looked up
   */
  async open(head: RequestHead, service: string): Promise<PendingSignature | Refused> {
    const claimed = readClaim(head);
    if (!claimed.ok) return claimed;
    const { claim } = claimed;
    const inTime = checkSigningTime(claim.time, claim.lifetimeMs, this.#now());
    if (!inTime.ok) return inTime;
    const inScope = checkScope(claim.scope, { region: this.#region, service });
    if (!inScope.ok) return inScope;
    const known = await this.#keys.find(claim.accessKeyId);
    if (known === undefined || !isUsable(known.key, this.#now())) return UNRECOGNISED;
    return pend(head, claim, known.key, known.signingKey(claim.scope));
  }

  /** `open` and `complete` at once, where the body has been read already. */
  async verify(head: RequestHead, service: string, body: Uint8Array): Promise<Verified> {
    const opened = await this.open(head, service);
    return opened.ok ? opened.complete(body) : opened;
  }
}

function pend(
  head: RequestHead,
  claim: SignatureClaim,
  key: AccessKey,
  signingKey: KeyObject,
): PendingSignature | Refused {
  if (!SHA256_HEX.test(claim.signature)) return MISMATCH;
  const canonical = canonicalHead(head, claim);
  const isSigned = (bodyDigest: string): boolean => {
    const expected = createHmac("sha256", signingKey)
      .update(stringToSign(canonical, bodyDigest, claim))
      .digest();
    return timingSafeEqual(expected, Buffer.from(claim.signature, "hex"));
  };
  const declared = claim.headers.one("x-amz-content-sha256");
  if (declared !== undefined && !(SHA256_HEX.test(declared) && isSigned(declared))) return MISMATCH;
  return {
    ok: true,
    key,
    complete(body) {
      const digest = body.length === 0 ? EMPTY_DIGEST : hash("sha256", body, "hex");
      const isRight = declared === undefined ? isSigned(digest) : declared === digest;
      return isRight ? { ok: true, key } : MISMATCH;
    },
  };
}
