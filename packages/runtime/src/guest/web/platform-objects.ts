import { domException, loadBlob, loadDomException, loadFile, loadMessageChannel } from "../lazy.ts";
import { bufferTransfer, defineHidden, objectToString, platformPrototypeOf, stringSlice } from "../primordials.ts";
import type { Blob } from "./blob.ts";
import { copyBytes, isArrayBuffer } from "./bytes.ts";
import type { File } from "./file.ts";
import type { MessagePort } from "./message-channel.ts";

/** A clone that is complete but for taking its original's place. */
export interface PreparedTransfer {
  readonly moved: object;
  readonly commit: () => void;
}

export function uncloneable(what: string): Error {
  return domException(`${what} could not be cloned.`, "DataCloneError");
}

/**
 * Undefined for what is no object of the web's classes. Their modules are asked for only when the object has their
 * tag; then they are loaded already.
 *
 * @throws DOMException DataCloneError for classes that the standards do not call serializable
 */
export function clonePlatformObject(value: object): object | undefined {
  if (platformPrototypeOf(value) === undefined) return undefined;
  const tag = tagOf(value);
  switch (tag) {
    case "Blob":
      if (loadBlob().isBlob(value)) return cloneBlob(value);
      break;
    case "File":
      if (value instanceof loadFile().File) return cloneFile(value);
      break;
    case "DOMException":
      return cloneDomException(value as Error);
  }
  throw uncloneable(`#<${tag}>`);
}

export function prepareTransfer(item: object): PreparedTransfer {
  if (isArrayBuffer(item)) {
    if (item.detached) throw uncloneable("An ArrayBuffer that is detached");
    // Views of it have to find their buffer while the original is still there.
    return { moved: copyBytes(new Uint8Array(item)), commit: () => void bufferTransfer(item) };
  }
  if (platformPrototypeOf(item) !== undefined && tagOf(item) === "MessagePort") {
    return loadMessageChannel().preparePortTransfer(item as MessagePort);
  }
  throw uncloneable("A value in the transfer list that cannot be transferred");
}

function tagOf(value: object): string {
  return stringSlice(objectToString(value), 8, -1);
}

function cloneBlob(blob: Blob): Blob {
  const { Blob, blobBytes, sealBytes } = loadBlob();
  return new Blob(sealBytes(blobBytes(blob)), { type: blob.type });
}

function cloneFile(file: File): File {
  return loadFile().fileOf(file, file.name);
}

function cloneDomException(error: Error): object {
  const copy = new (loadDomException().DOMException)(error.message, error.name);
  defineHidden(copy, "stack", error.stack);
  return copy;
}
