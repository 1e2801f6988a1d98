import { LambdaError } from "../lambda-error.ts";

export interface Page<T> {
  readonly items: readonly T[];
  /** Of the next page; undefined on the last. */
  readonly marker: string | undefined;
}

export function encodeMarker(key: string): string {
  return Buffer.from(key).toString("base64url");
}

/** @throws LambdaError InvalidParameterValueException when it is not a marker of ours */
export function decodeMarker(marker: string | undefined): string | undefined {
  if (marker === undefined) return undefined;
  const key = Buffer.from(marker, "base64url").toString();
  if (encodeMarker(key) === marker && /^[\x21-\x7e]+$/.test(key)) return key;
  throw new LambdaError("InvalidParameterValueException", "Invalid Marker: pass the NextMarker of the page before.");
}

/** A page of a list that is in the order of its keys. @throws LambdaError InvalidParameterValueException */
export function pageOf<T>(
  all: readonly T[],
  options: {
    readonly marker: string | undefined;
    readonly limit: number;
    readonly keyOf: (item: T) => string;
  },
): Page<T> {
  const { marker, limit, keyOf } = options;
  const after = decodeMarker(marker);
  const start = after === undefined ? 0 : all.findIndex((item) => keyOf(item) === after) + 1;
  const items = all.slice(start, start + limit);
  const last = items.at(-1);
  const more = last !== undefined && start + limit < all.length;
  return { items, marker: more ? encodeMarker(keyOf(last)) : undefined };
}
