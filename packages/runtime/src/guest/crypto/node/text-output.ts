import { loadTextDecoder } from "../../lazy.ts";
import { type Bytes, joinBytes } from "../../web/bytes.ts";
import { NO_BYTES } from "../host.ts";
import { type Encoding, type NodeBuffer, output } from "./bytes-of-input.ts";

/** Text that comes in pieces: a character whose bytes lie in two of them must come out whole. */
export class TextOutput {
  #decoder: InstanceType<ReturnType<typeof loadTextDecoder>["TextDecoder"]> | undefined;
  #rest: Bytes = NO_BYTES;

  write(bytes: Bytes, encoding: Encoding, last: boolean): NodeBuffer | string {
    switch (encoding?.toLowerCase().replace("-", "")) {
      case "utf8":
        this.#decoder ??= new (loadTextDecoder().TextDecoder)("utf-8", { ignoreBOM: true });
        return this.#decoder.decode(bytes, { stream: !last });
      case "base64":
        return this.#whole(bytes, encoding, 3, last);
      case "base64url":
        return this.#whole(bytes, encoding, 3, last);
      case "utf16le":
      case "ucs2":
        return this.#whole(bytes, encoding, 2, last);
      default:
        return output(bytes, encoding);
    }
  }

  #whole(bytes: Bytes, encoding: Encoding, unit: number, last: boolean): NodeBuffer | string {
    const all = joinBytes([this.#rest, bytes]);
    const length = last ? all.length : all.length - (all.length % unit);
    this.#rest = all.slice(length);
    return output(all.subarray(0, length), encoding);
  }
}
