import { ghash } from "@noble/ciphers/_polyval.js";
import { type Bytes, joinBytes } from "../web/bytes.ts";
import { CtrState } from "./ctr-state.ts";
import { CHUNK_BYTES, compute, NO_BYTES } from "./host.ts";

const BLOCK = 16;

interface Streaming {
  readonly ctr: CtrState;
  readonly mac: { update(data: Uint8Array): unknown; digest(): Uint8Array };
  readonly firstCounter: Bytes;
  rest: Bytes;
}

/**
 * AES-GCM over data that comes in pieces. The first piece and its tag come from the cell's OpenSSL in one call, and
 * nearly always there is no second. With more pieces the cell encrypts in counter mode, and the tag's GHASH is computed
 * here, so that the cell keeps no state: 4 MiB take 150 ms then instead of 20.
 */
export class GcmState {
  readonly #encrypt: boolean;
  readonly #key: Bytes;
  readonly #iv: Bytes;
  readonly #additional: Bytes;
  #first: { readonly dark: Bytes; readonly tag: Bytes } | undefined;
  #streaming: Streaming | undefined;
  #length = 0;

  constructor(encrypt: boolean, key: Bytes, iv: Bytes, additional: Bytes) {
    this.#encrypt = encrypt;
    this.#key = key;
    this.#iv = iv;
    this.#additional = additional;
  }

  update(data: Bytes): Bytes {
    if (data.length === 0) return NO_BYTES;
    if (this.#first === undefined && this.#streaming === undefined && data.length <= CHUNK_BYTES)
      return this.#only(data);
    const streaming = (this.#streaming ??= this.#begin());
    const output = streaming.ctr.update(data);
    this.#authenticate(streaming, this.#encrypt ? output : data);
    return output;
  }

  /** The whole tag, of 16 bytes. */
  tag(): Bytes {
    const streaming = this.#streaming;
    if (streaming === undefined) {
      if (this.#first === undefined) this.#only(NO_BYTES);
      return (this.#first as { tag: Bytes }).tag;
    }
    if (streaming.rest.length > 0) streaming.mac.update(streaming.rest);
    streaming.mac.update(bitLengths(this.#additional.length, this.#length));
    const mask = this.#ecb(streaming.firstCounter);
    return streaming.mac.digest().map((byte, at) => byte ^ (mask[at] as number)) as Bytes;
  }

  #only(data: Bytes): Bytes {
    const [key, iv, additional] = [this.#key, this.#iv, this.#additional];
    const output = compute({ do: "gcm", encrypt: this.#encrypt }, key, iv, additional, data);
    const body = output.subarray(0, data.length);
    this.#first = { dark: this.#encrypt ? body.slice() : data.slice(), tag: output.slice(data.length) };
    return body.slice();
  }

  #begin(): Streaming {
    const hashKey = this.#ecb(new Uint8Array(BLOCK));
    const mac = ghash.create(hashKey);
    if (this.#additional.length > 0) mac.update(this.#additional);
    const firstCounter = this.#firstCounter(hashKey);
    const ctr = new CtrState(this.#key, firstCounter, 32);
    ctr.skip(BLOCK);
    const streaming: Streaming = { ctr, mac, firstCounter, rest: NO_BYTES };
    if (this.#first !== undefined) {
      ctr.skip(this.#first.dark.length);
      this.#authenticate(streaming, this.#first.dark);
      this.#first = undefined;
    }
    return streaming;
  }

  /** NIST SP 800-38D, 7.1, step 2. */
  #firstCounter(hashKey: Bytes): Bytes {
    if (this.#iv.length === 12) return joinBytes([this.#iv, Uint8Array.of(0, 0, 0, 1)]);
    const mac = ghash.create(hashKey);
    mac.update(this.#iv);
    mac.update(bitLengths(0, this.#iv.length));
    return mac.digest() as Bytes;
  }

  /** GHASH pads what it is given to a whole block, so only whole blocks may go before the end. */
  #authenticate(streaming: Streaming, dark: Bytes): void {
    this.#length += dark.length;
    const all = streaming.rest.length === 0 ? dark : joinBytes([streaming.rest, dark]);
    const whole = all.length - (all.length % BLOCK);
    if (whole > 0) streaming.mac.update(all.subarray(0, whole));
    streaming.rest = all.slice(whole);
  }

  #ecb(block: Bytes): Bytes {
    const cipher = `aes-${this.#key.length * 8}-ecb`;
    return compute({ do: "cipher", cipher, encrypt: true }, this.#key, NO_BYTES, block);
  }
}

function bitLengths(first: number, second: number): Bytes {
  const block = new Uint8Array(BLOCK);
  const view = new DataView(block.buffer);
  view.setBigUint64(0, BigInt(first) * 8n);
  view.setBigUint64(8, BigInt(second) * 8n);
  return block;
}
