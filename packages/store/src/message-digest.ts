import { createHash } from "node:crypto";
import type { MessageAttribute } from "@sluice/core";

/**
 * Clients compute it as well and refuse an answer that differs: names in order; of each name, type and value the length
 * in four bytes and the bytes, and before a value one byte that says text or binary.
 */
export function md5OfAttributes(attributes: Readonly<Record<string, MessageAttribute>>): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const hash = createHash("md5");
  const add = (bytes: Buffer): void => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const name of names) {
    const { dataType = "", value = "" } = attributes[name] ?? {};
    const binary = dataType.startsWith("Binary");
    add(Buffer.from(name));
    add(Buffer.from(dataType));
    hash.update(Buffer.of(binary ? 2 : 1));
    add(Buffer.from(value, binary ? "base64" : "utf8"));
  }
  return hash.digest("hex");
}
