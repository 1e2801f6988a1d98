import {
  bufferByteLength,
  dataViewBuffer,
  dataViewByteLength,
  dataViewByteOffset,
  IntrinsicArrayBuffer,
  IntrinsicTypeError,
  IntrinsicUint8Array,
  isArrayBufferView,
  typedArrayBuffer,
  typedArrayByteLength,
  typedArrayByteOffset,
  typedArraySet,
  typedArrayTag,
} from "../primordials.ts";

export type Bytes = Uint8Array<ArrayBuffer>;

/** The bytes that an ArrayBuffer or a view stands for, shared with it; undefined for anything else. */
export function bytesOf(source: unknown): Bytes | undefined {
  if (isArrayBufferView(source)) {
    if (typedArrayTag(source) === undefined) {
      const view = source as DataView<ArrayBuffer>;
      return new IntrinsicUint8Array(dataViewBuffer(view), dataViewByteOffset(view), dataViewByteLength(view)) as Bytes;
    }
    const array = source as Bytes;
    return new IntrinsicUint8Array(
      typedArrayBuffer(array),
      typedArrayByteOffset(array),
      typedArrayByteLength(array),
    ) as Bytes;
  }
  return isArrayBuffer(source) ? new IntrinsicUint8Array(source) : undefined;
}

export function isArrayBuffer(value: unknown): value is ArrayBuffer {
  if (typeof value !== "object" || value === null) return false;
  try {
    bufferByteLength(value as ArrayBuffer);
    return true;
  } catch {
    return false;
  }
}

/** @throws TypeError when `source` is neither an ArrayBuffer nor a view */
export function requireBytes(what: string, source: unknown): Bytes {
  const bytes = bytesOf(source);
  if (bytes === undefined) throw new IntrinsicTypeError(`${what} must be an ArrayBuffer, a typed array or a DataView`);
  return bytes;
}

/** A buffer of its own that holds just these bytes. */
export function copyBytes(bytes: Bytes): ArrayBuffer {
  const copy = new IntrinsicUint8Array(new IntrinsicArrayBuffer(typedArrayByteLength(bytes)));
  typedArraySet(copy, bytes);
  return typedArrayBuffer(copy) as ArrayBuffer;
}

export function joinBytes(chunks: readonly Bytes[]): Bytes {
  let total = 0;
  for (let at = 0; at < chunks.length; at++) total += (chunks[at] as Bytes).length;
  const joined = new IntrinsicUint8Array(total);
  let offset = 0;
  for (let at = 0; at < chunks.length; at++) {
    typedArraySet(joined, chunks[at] as Bytes, offset);
    offset += (chunks[at] as Bytes).length;
  }
  return joined;
}
