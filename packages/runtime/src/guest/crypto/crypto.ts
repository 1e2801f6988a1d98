import { callSync } from "../bridge/host.ts";
import { domException, loadSubtle } from "../lazy.ts";
import { brand, IntrinsicTypeError, IntrinsicUint8Array, typedArraySet, typedArrayTag } from "../primordials.ts";
import { type Bytes, bytesOf } from "../web/bytes.ts";

const BYTES_MAX = 65_536;
/** Small requests are served from here: asking the host costs more than the bytes. */
const POOL_BYTES = 1_024;
const POOLED_MAX = 64;

let pool: Bytes = new IntrinsicUint8Array(0);
let poolAt = 0;

function fillRandom(target: Uint8Array): void {
  const { length } = target;
  if (length > POOLED_MAX) {
    typedArraySet(target, new IntrinsicUint8Array(callSync("crypto.random", `${length}`)));
    return;
  }
  if (poolAt + length > pool.length) {
    pool = new IntrinsicUint8Array(callSync("crypto.random", `${POOL_BYTES}`));
    poolAt = 0;
  }
  for (let at = 0; at < length; at++) {
    target[at] = pool[poolAt] as number;
    // Used bytes do not stay in memory.
    pool[poolAt++] = 0;
  }
}

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

export class Crypto {
  get subtle(): object {
    return loadSubtle().subtle;
  }

  getRandomValues<T extends ArrayBufferView>(array: T): T {
    const kind = typedArrayTag(array);
    if (kind === undefined || kind === "Float16Array" || kind === "Float32Array" || kind === "Float64Array") {
      if (bytesOf(array) === undefined) throw new IntrinsicTypeError("getRandomValues needs a typed array");
      throw domException("The data must be an integer-type typed array", "TypeMismatchError");
    }
    const bytes = bytesOf(array) as Bytes;
    if (bytes.length > BYTES_MAX) {
      throw domException(`getRandomValues gives at most ${BYTES_MAX} bytes at once`, "QuotaExceededError");
    }
    fillRandom(bytes);
    return array;
  }

  randomUUID(): string {
    const bytes = new IntrinsicUint8Array(16);
    fillRandom(bytes);
    bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
    let uuid = "";
    for (let at = 0; at < 16; at++) {
      if (at === 4 || at === 6 || at === 8 || at === 10) uuid += "-";
      uuid += HEX[bytes[at] as number];
    }
    return uuid;
  }
}
brand(Crypto, "Crypto");

export const crypto = new Crypto();
