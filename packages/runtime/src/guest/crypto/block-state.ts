import { type Bytes, joinBytes } from "../web/bytes.ts";
import { CHUNK_BYTES, compute, NO_BYTES } from "./host.ts";

const BLOCK = 16;

/** What is left at the end does not fit: `length` = no whole block, `padding` = the last block's padding is wrong. */
export class BlockFault extends Error {
  readonly fault: "length" | "padding";

  constructor(fault: "length" | "padding") {
    super(fault);
    this.fault = fault;
  }
}

/** AES in CBC or ECB mode, over data that comes in pieces; the padding (PKCS #7) is done here. */
export class BlockState {
  readonly #encrypt: boolean;
  readonly #cipher: string;
  readonly #key: Bytes;
  #iv: Bytes;
  #rest: Bytes = NO_BYTES;
  padding = true;

  constructor(encrypt: boolean, mode: "cbc" | "ecb", key: Bytes, iv: Bytes) {
    this.#encrypt = encrypt;
    this.#cipher = `aes-${key.length * 8}-${mode}`;
    this.#key = key;
    this.#iv = iv;
  }

  update(data: Bytes): Bytes {
    const all = this.#rest.length === 0 ? data : joinBytes([this.#rest, data]);
    let whole = all.length - (all.length % BLOCK);
    // Which block is the last one shows at the end, and it holds the padding.
    if (!this.#encrypt && this.padding && whole === all.length) whole = Math.max(0, whole - BLOCK);
    this.#rest = all.slice(whole);
    return this.#run(all.subarray(0, whole));
  }

  /** @throws BlockFault */
  final(): Bytes {
    const rest = this.#rest;
    this.#rest = NO_BYTES;
    if (!this.padding) {
      if (rest.length > 0) throw new BlockFault("length");
      return NO_BYTES;
    }
    if (this.#encrypt) {
      const count = BLOCK - rest.length;
      return this.#run(joinBytes([rest, new Uint8Array(count).fill(count)]));
    }
    if (rest.length !== BLOCK) throw new BlockFault("length");
    return unpadded(this.#run(rest));
  }

  /** All of it in one call to the cell, where it fits. */
  whole(data: Bytes): Bytes {
    if (this.#encrypt) {
      const count = BLOCK - (data.length % BLOCK);
      return this.#run(joinBytes([data, new Uint8Array(count).fill(count)]));
    }
    if (data.length === 0 || data.length % BLOCK !== 0) throw new BlockFault("length");
    return unpadded(this.#run(data));
  }

  #run(data: Bytes): Bytes {
    const done: Bytes[] = [];
    for (let at = 0; at < data.length; at += CHUNK_BYTES) {
      const piece = data.subarray(at, at + CHUNK_BYTES);
      const output = compute(
        { do: "cipher", cipher: this.#cipher, encrypt: this.#encrypt },
        this.#key,
        this.#iv,
        piece,
      );
      if (this.#iv.length > 0) this.#iv = (this.#encrypt ? output : piece).slice(-BLOCK);
      done.push(output);
    }
    return done.length === 1 ? (done[0] as Bytes) : joinBytes(done);
  }
}

function unpadded(data: Bytes): Bytes {
  const count = data.at(-1) ?? 0;
  if (count === 0 || count > BLOCK || data.subarray(-count).some((byte) => byte !== count)) {
    throw new BlockFault("padding");
  }
  return data.slice(0, -count);
}
