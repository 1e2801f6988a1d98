/** zlib in JavaScript, with zlib's own interface: its time and memory are the guest's own, as its limits are. */
export interface ZStream {
  input: Uint8Array;
  next_in: number;
  avail_in: number;
  output: Uint8Array<ArrayBuffer>;
  next_out: number;
  avail_out: number;
  msg: string;
}

interface Zlib {
  readonly ZStream: new () => ZStream;
  zlibDeflateInit2(strm: ZStream, level: number, method: number, bits: number, mem: number, strategy: number): number;
  zlibDeflateSetDictionary(strm: ZStream, dictionary: Uint8Array): number;
  zlibDeflateReset(strm: ZStream): number;
  zlibDeflate(strm: ZStream, flush: number): number;
  zlibInflateInit2(strm: ZStream, bits: number): number;
  zlibInflateSetDictionary(strm: ZStream, dictionary: Uint8Array): number;
  zlibInflateReset(strm: ZStream): number;
  zlibInflate(strm: ZStream, flush: number): number;
}

export const zlib = require("pako") as Zlib;
