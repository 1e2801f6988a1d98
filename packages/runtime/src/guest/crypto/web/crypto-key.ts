import { brand, IntrinsicTypeError } from "../../primordials.ts";
import type { KeyMaterial } from "../key-material.ts";

const GUARD = {};

/** Of an algorithm what a key carries: plain data. */
export interface KeyAlgorithm {
  readonly name: string;
  readonly hash?: { readonly name: string };
  readonly length?: number;
  readonly namedCurve?: string;
  readonly modulusLength?: number;
  readonly publicExponent?: Uint8Array;
}

export interface KeySlots {
  readonly material: KeyMaterial;
  readonly algorithm: KeyAlgorithm;
  readonly extractable: boolean;
  readonly usages: readonly string[];
}

export interface CryptoKeyPair {
  readonly publicKey: CryptoKey;
  readonly privateKey: CryptoKey;
}

let read: (key: unknown) => KeySlots | undefined;

export class CryptoKey {
  readonly #slots: KeySlots;
  /** Users may change what they are shown; the key does not follow. */
  #shown: { readonly algorithm: KeyAlgorithm; readonly usages: readonly string[] } | undefined;

  constructor(guard: unknown, slots: KeySlots) {
    if (guard !== GUARD) throw new IntrinsicTypeError("Illegal constructor");
    this.#slots = slots;
  }

  get type(): string {
    return this.#slots.material.kind;
  }

  get extractable(): boolean {
    return this.#slots.extractable;
  }

  get algorithm(): KeyAlgorithm {
    return this.#show().algorithm;
  }

  get usages(): readonly string[] {
    return this.#show().usages;
  }

  #show() {
    const { algorithm, usages } = this.#slots;
    const { hash, publicExponent } = algorithm;
    this.#shown ??= {
      algorithm: {
        ...algorithm,
        ...(hash === undefined ? {} : { hash: { ...hash } }),
        ...(publicExponent === undefined ? {} : { publicExponent: publicExponent.slice() }),
      },
      usages: [...usages],
    };
    return this.#shown;
  }

  static {
    read = (key) => (typeof key === "object" && key !== null && #slots in key ? (key as CryptoKey).#slots : undefined);
  }
}
brand(CryptoKey, "CryptoKey");

export function makeKey(slots: KeySlots): CryptoKey {
  return new CryptoKey(GUARD, slots);
}

/** undefined for what is no CryptoKey. */
export const slotsOf = (key: unknown): KeySlots | undefined => read(key);
