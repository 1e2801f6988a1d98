import { type Bytes, joinBytes } from "../web/bytes.ts";
import { CHUNK_BYTES, compute } from "./host.ts";

const BLOCK = 16;

/**
 * AES in counter mode, over data that comes in pieces. The cell keeps nothing between calls: each is told the counter
 * to begin with. Only the low `counterBits` of it count (GCM: 32), and wrap around.
 */
export class CtrState {
  readonly #key: Bytes;
  readonly #mask: bigint;
  #counter: bigint;
  /** Bytes of the current block that are used up. */
  #used = 0;

  constructor(key: Bytes, counter: Bytes, counterBits: number) {
    this.#key = key;
    this.#mask = (1n << BigInt(counterBits)) - 1n;
    this.#counter = toInteger(counter);
  }

  /** Steps over data that was dealt with elsewhere. */
  skip(bytes: number): void {
    const total = this.#used + bytes;
    this.#advance(BigInt(Math.floor(total / BLOCK)));
    this.#used = total % BLOCK;
  }

  update(data: Bytes): Bytes {
    const done: Bytes[] = [];
    for (let at = 0; at < data.length; ) {
      const length = Math.min(data.length - at, CHUNK_BYTES, this.#untilWrap());
      done.push(this.#run(data.subarray(at, at + length)));
      at += length;
    }
    return done.length === 1 ? (done[0] as Bytes) : joinBytes(done);
  }

  #run(data: Bytes): Bytes {
    const used = this.#used;
    const input = used === 0 ? data : joinBytes([new Uint8Array(used), data]);
    const cipher = `aes-${this.#key.length * 8}-ctr`;
    const output = compute({ do: "cipher", cipher, encrypt: true }, this.#key, toBytes(this.#counter), input);
    this.skip(data.length);
    return output.subarray(used);
  }

  #untilWrap(): number {
    const blocks = this.#mask - (this.#counter & this.#mask) + 1n;
    return blocks > 2n ** 40n ? Number.POSITIVE_INFINITY : Number(blocks) * BLOCK - this.#used;
  }

  #advance(blocks: bigint): void {
    const low = (this.#counter + blocks) & this.#mask;
    this.#counter = (this.#counter & ~this.#mask) | low;
  }
}

function toInteger(bytes: Bytes): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}

function toBytes(value: bigint): Bytes {
  const bytes = new Uint8Array(BLOCK);
  for (let at = BLOCK - 1, left = value; at >= 0; at--, left >>= 8n) bytes[at] = Number(left & 0xffn);
  return bytes;
}
