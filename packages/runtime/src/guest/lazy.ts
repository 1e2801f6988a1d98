import type { DOMException } from "./web/dom-exception.ts";

/**
 * The bundler wraps every module that is only ever reached through `require` in a function that runs at its first use.
 * So a cold start pays for what the user's code touches and no more; nothing here may become a static import.
 */
export const loadDomException = () => require("./web/dom-exception.ts") as typeof import("./web/dom-exception.ts");
export const loadEvents = () => require("./web/event-target.ts") as typeof import("./web/event-target.ts");
export const loadAbort = () => require("./web/abort.ts") as typeof import("./web/abort.ts");
export const loadTextEncoder = () => require("./web/text-encoder.ts") as typeof import("./web/text-encoder.ts");
export const loadTextDecoder = () => require("./web/text-decoder.ts") as typeof import("./web/text-decoder.ts");
export const loadBase64 = () => require("./web/base64.ts") as typeof import("./web/base64.ts");
export const loadStructuredClone = () =>
  require("./web/structured-clone.ts") as typeof import("./web/structured-clone.ts");
export const loadStreams = () => require("./web/streams.ts") as typeof import("./web/streams.ts");
export const loadPerformance = () => require("./web/performance.ts") as typeof import("./web/performance.ts");
export const loadUrl = () => require("./url/url.ts") as typeof import("./url/url.ts");
export const loadHeaders = () => require("./fetch/headers.ts") as typeof import("./fetch/headers.ts");
export const loadRequest = () => require("./fetch/request.ts") as typeof import("./fetch/request.ts");
export const loadResponse = () => require("./fetch/response.ts") as typeof import("./fetch/response.ts");
export const loadFetch = () => require("./fetch/fetch.ts") as typeof import("./fetch/fetch.ts");
export const loadCrypto = () => require("./crypto/crypto.ts") as typeof import("./crypto/crypto.ts");
export const loadSubtle = () => require("./crypto/subtle.ts") as typeof import("./crypto/subtle.ts");
export const loadCryptoKey = () => require("./crypto/web/crypto-key.ts") as typeof import("./crypto/web/crypto-key.ts");
export const loadNodeCrypto = () =>
  require("./crypto/node/crypto-module.ts") as typeof import("./crypto/node/crypto-module.ts");
export const loadBuffer = () => require("./node/buffer.ts") as typeof import("./node/buffer.ts");

export const loadKv = () => require("./kv/kv.ts") as typeof import("./kv/kv.ts");
export const loadFormat = () => require("./console/format.ts") as typeof import("./console/format.ts");
export const loadTable = () => require("./console/table.ts") as typeof import("./console/table.ts");
export const loadTimersPromises = () =>
  require("./node/timers-promises.ts") as typeof import("./node/timers-promises.ts");
export const loadUrlModule = () => require("./node/url-module.ts") as typeof import("./node/url-module.ts");
export const loadEventEmitter = () => require("events") as unknown;

export function domException(message: string, name: string): DOMException {
  return new (loadDomException().DOMException)(message, name);
}
