import type { CryptoRefusal } from "@sluice/core";

/** Carries the one word that a guest is told. */
export class Refusal extends Error {
  readonly code: CryptoRefusal;

  constructor(code: CryptoRefusal) {
    super(code);
    this.code = code;
  }
}

/** Anything that OpenSSL says stays here. */
export function refusalOf(error: unknown): CryptoRefusal {
  return error instanceof Refusal ? error.code : "failed";
}
