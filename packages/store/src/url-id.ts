import { createHash } from "node:crypto";
import type { Trigger } from "@sluice/core";

const LENGTH = 32;
const ALPHABET = 36n;

/**
 * The first part of a function URL's host name. It is made of the names alone, so that an address stays when its URL is
 * deleted and made again; it is an address and no secret.
 *
 * @param name of the http trigger
 */
export function urlIdOf(tenant: string, name: string): string {
  let rest = BigInt(`0x${createHash("sha256").update(`${tenant}/${name}`).digest("hex")}`);
  let id = "";
  for (let at = 0; at < LENGTH; at += 1) {
    id += (rest % ALPHABET).toString(36);
    rest /= ALPHABET;
  }
  return id;
}

/** Empty for triggers that have none. */
export function urlIdOfTrigger(tenant: string, { type, name }: Pick<Trigger, "type" | "name">): string {
  return type === "http" ? urlIdOf(tenant, name) : "";
}
