import type { DOMException } from "./web/dom-exception.ts";

/**
 * The bundler makes a part of every module that is named here, which an isolate loads at its first use (`../prelude-chunks.ts`).
 * So a cold start pays for what the user's code touches and no more; nothing here may become a static import.
 */
export const loadDomException = () => require("./web/dom-exception.ts") as typeof import("./web/dom-exception.ts");
export const loadEvent = () => require("./web/event.ts") as typeof import("./web/event.ts");
export const loadEventTarget = () => require("./web/event-target.ts") as typeof import("./web/event-target.ts");
export const loadMessageEvent = () => require("./web/message-event.ts") as typeof import("./web/message-event.ts");
export const loadNavigator = () => require("./web/navigator.ts") as typeof import("./web/navigator.ts");
export const loadPerformanceEntry = () =>
  require("./web/performance-entry.ts") as typeof import("./web/performance-entry.ts");
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
export const loadBlob = () => require("./web/blob.ts") as typeof import("./web/blob.ts");
export const loadFile = () => require("./web/file.ts") as typeof import("./web/file.ts");
export const loadFormData = () => require("./web/form-data.ts") as typeof import("./web/form-data.ts");
export const loadEncodeMultipart = () =>
  require("./fetch/encode-multipart.ts") as typeof import("./fetch/encode-multipart.ts");
export const loadReadFormData = () =>
  require("./fetch/read-form-data.ts") as typeof import("./fetch/read-form-data.ts");
export const loadTextStreams = () => require("./web/text-streams.ts") as typeof import("./web/text-streams.ts");
export const loadCompressionStreams = () =>
  require("./web/compression-streams.ts") as typeof import("./web/compression-streams.ts");
export const loadUrlPattern = () => require("./url/url-pattern.ts") as typeof import("./url/url-pattern.ts");
export const loadMessageChannel = () =>
  require("./web/message-channel.ts") as typeof import("./web/message-channel.ts");
export const loadEventClasses = () => require("./web/event-classes.ts") as typeof import("./web/event-classes.ts");
export const loadReportError = () => require("./web/report-error.ts") as typeof import("./web/report-error.ts");
export const loadCrypto = () => require("./crypto/crypto.ts") as typeof import("./crypto/crypto.ts");
export const loadSubtle = () => require("./crypto/subtle.ts") as typeof import("./crypto/subtle.ts");
export const loadCryptoKey = () => require("./crypto/web/crypto-key.ts") as typeof import("./crypto/web/crypto-key.ts");
export const loadNodeCrypto = () =>
  require("./crypto/node/crypto-module.ts") as typeof import("./crypto/node/crypto-module.ts");
export const loadBuffer = () => require("./node/buffer.ts") as typeof import("./node/buffer.ts");

export const loadAssert = () => require("./node/assert/assert.ts") as typeof import("./node/assert/assert.ts");
export const loadConsoleModule = () => require("./node/console-module.ts") as typeof import("./node/console-module.ts");
export const loadDiagnosticsChannel = () =>
  require("./node/diagnostics-channel.ts") as typeof import("./node/diagnostics-channel.ts");
export const loadFsModule = () => require("./node/fs/fs.ts") as typeof import("./node/fs/fs.ts");
export const loadFsConstants = () => require("./node/fs/fs-constants.ts") as typeof import("./node/fs/fs-constants.ts");
export const loadOs = () => require("./node/os.ts") as typeof import("./node/os.ts");
export const loadPath = () => require("./node/path.ts") as typeof import("./node/path.ts");
export const loadPerfHooks = () => require("./node/perf-hooks.ts") as typeof import("./node/perf-hooks.ts");
export const loadProcessEmitter = () =>
  require("./node/process-emitter.ts") as typeof import("./node/process-emitter.ts");
export const loadProcessUsage = () => require("./node/process-usage.ts") as typeof import("./node/process-usage.ts");
export const loadPunycode = () => require("./node/punycode.ts") as typeof import("./node/punycode.ts");
export const loadQueryString = () => require("./node/querystring.ts") as typeof import("./node/querystring.ts");
export const loadReadline = () => require("./node/readline.ts") as typeof import("./node/readline.ts");
export const loadRefusedModules = () =>
  require("./node/refused-modules.ts") as typeof import("./node/refused-modules.ts");
export const loadTty = () => require("./node/tty.ts") as typeof import("./node/tty.ts");
export const loadUtil = () =>
  require("./node/util-module/util-module.ts") as typeof import("./node/util-module/util-module.ts");
export const loadV8Module = () => require("./node/v8-module.ts") as typeof import("./node/v8-module.ts");
export const loadWorkerThreads = () => require("./node/worker-threads.ts") as typeof import("./node/worker-threads.ts");
export const loadZlib = () => require("./node/zlib/zlib.ts") as typeof import("./node/zlib/zlib.ts");
export const loadWebAssembly = () => require("./wasm/web-assembly.ts") as typeof import("./wasm/web-assembly.ts");
export const loadWasiProgram = () => require("./wasi/program.ts") as typeof import("./wasi/program.ts");

export const loadStreamingHandler = () =>
  require("./response/streaming-handler.ts") as typeof import("./response/streaming-handler.ts");
export const loadWebHandler = () => require("./response/web-handler.ts") as typeof import("./response/web-handler.ts");

export const loadKv = () => require("./kv/kv.ts") as typeof import("./kv/kv.ts");
export const loadFormat = () => require("./console/format.ts") as typeof import("./console/format.ts");
export const loadTable = () => require("./console/table.ts") as typeof import("./console/table.ts");
export const loadTimersPromises = () =>
  require("./node/timers-promises.ts") as typeof import("./node/timers-promises.ts");
export const loadUrlModule = () => require("./node/url-module.ts") as typeof import("./node/url-module.ts");
export const loadNodeEvents = () => require("./node/events/events.ts") as typeof import("./node/events/events.ts");
export const loadStream = () => require("./node/stream/stream.ts") as typeof import("./node/stream/stream.ts");
export const loadStreamModules = () =>
  require("./node/stream/stream-modules.ts") as typeof import("./node/stream/stream-modules.ts");
export const loadNet = () => require("./node/net/net.ts") as typeof import("./node/net/net.ts");
export const loadTls = () => require("./node/net/tls.ts") as typeof import("./node/net/tls.ts");
export const loadHttp = () => require("./node/http/http.ts") as typeof import("./node/http/http.ts");
export const loadDns = () => require("./node/dns.ts") as typeof import("./node/dns.ts");
export const loadWebSocket = () => require("./web/web-socket.ts") as typeof import("./web/web-socket.ts");
export const loadStringDecoder = () => require("string_decoder") as unknown;
export const loadAsyncHooks = () =>
  require("./node/async/async-hooks.ts") as typeof import("./node/async/async-hooks.ts");

export function domException(message: string, name: string): DOMException {
  return new (loadDomException().DOMException)(message, name);
}
