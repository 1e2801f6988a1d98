import { createHmac, timingSafeEqual } from "node:crypto";

const LIFE_MS = 10 * 60_000;

/**
 * Addresses at which code can be fetched for ten minutes without a key, as AWS's presigned addresses of its own bucket.
 * The signature binds digest and end; whoever holds the link needs nothing else.
 */
export class CodeLinks {
  readonly #secret: Uint8Array;
  readonly #now: () => number;

  /** @param options.secret the same in every gateway, so that any of them serves the link */
  constructor(options: { readonly secret: Uint8Array; readonly now: () => number }) {
    this.#secret = options.secret;
    this.#now = options.now;
  }

  /** @returns path and query */
  linkTo(digest: string): string {
    const expires = this.#now() + LIFE_MS;
    return `/code/${digest}?Expires=${expires}&Signature=${this.#sign(digest, expires)}`;
  }

  /** The digest that a link stands for; undefined when it is not one of ours, or over. */
  read(url: string): string | undefined {
    const match = /^\/code\/([0-9a-f]{64})\?Expires=(\d{1,16})&Signature=([\w-]{43})$/.exec(url);
    if (match === null) return undefined;
    const [, digest = "", expires = "", signature = ""] = match;
    const expected = this.#sign(digest, Number(expires));
    if (!timingSafeEqual(Buffer.from(signature), Buffer.from(expected))) return undefined;
    return Number(expires) > this.#now() ? digest : undefined;
  }

  #sign(digest: string, expires: number): string {
    return createHmac("sha256", this.#secret).update(`code ${digest} ${expires}`).digest("base64url");
  }
}
