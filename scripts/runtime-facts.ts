/** What a function's builtin module of Node's lacks; `test/runtime-page.test.ts` compares it with the modules themselves. */
export interface NodeModuleFact {
  /** Names that Node's module has and this one does not, separated by spaces; `*` stands for anything. */
  readonly without?: string;
  /** What is there and does less. */
  readonly note?: string;
}

const NO_SERVERS = "clients; servers fail with `ERR_FEATURE_UNAVAILABLE_ON_PLATFORM`";
const NO_PROCESSES = "`chdir`, `kill`, `abort`, `binding` and `dlopen` fail";
const DNS =
  "lookupService FORMERR NOTIMP BADQUERY BADNAME BADFAMILY BADRESP CONNREFUSED EOF FILE NOMEM DESTRUCTION BADSTR BADFLAGS " +
  "NONAME BADHINTS NOTINITIALIZED LOADIPHLPAPI ADDRGETNETWORKPARAMS CANCELLED resolveAny resolveCaa resolveNaptr resolveSoa resolveTlsa";
const UTIL =
  "convertProcessSignalToExitCode getSystemErrorMap getSystemErrorName getSystemErrorMessage transferableAbort* MIMEType MIMEParams diff setTraceSigInt";

export const NODE_MODULE_FACTS: Readonly<Record<string, NodeModuleFact>> = {
  assert: { without: "CallTracker partialDeepStrictEqual Assert" },
  "assert/strict": { without: "CallTracker partialDeepStrictEqual Assert" },
  async_hooks: { note: "`AsyncLocalStorage` and `AsyncResource`; `createHook` fails" },
  console: { without: "context createTask" },
  constants: {
    without:
      "UV_* O_NOCTTY O_NOATIME O_DIRECT O_NONBLOCK OPENSSL_* SSL_OP_* ENGINE_METHOD_* DH_* RSA_* TLS1_* POINT_CONVERSION_* default*CipherList",
    note: "those of `os` and `fs`",
  },
  crypto: {
    without:
      "argon2* checkPrime* generatePrime* *DiffieHellmanGroup getDiffieHellman DiffieHellman randomUUIDv7 setEngine setFips encapsulate decapsulate Certificate secureHeapUsed",
    note: "see below",
  },
  dns: { without: DNS, note: "answers come from the worker's resolver; `setServers` and `reverse` fail" },
  "dns/promises": { without: DNS, note: "as `dns`" },
  fs: {
    without: "glob* lchmod* mkdtempDisposable* openAsBlob Utf8Stream",
    note: "files in memory, see below; `link`, `symlink`, `watch` and `watchFile` fail",
  },
  "fs/promises": { without: "glob* lchmod* mkdtempDisposable*", note: "as `fs`" },
  http: { without: "setGlobalProxyFromEnv WebSocket CloseEvent MessageEvent", note: NO_SERVERS },
  https: { note: NO_SERVERS },
  module: {
    without:
      "globalPaths Module registerHooks runMain constants flushCompileCache getCompileCacheDir stripTypeScriptTypes findSourceMap SourceMap *SourceMapsSupport",
    note: "`createRequire` finds builtins only; everything else was bundled",
  },
  net: { without: "BlockList SocketAddress BoundSocket", note: NO_SERVERS },
  "path/win32": { note: "most of it fails: paths of a function are POSIX paths" },
  path: { note: "POSIX" },
  perf_hooks: { without: "eventLoopUtilization timerify", note: "`monitorEventLoopDelay` fails" },
  process: {
    without:
      "moduleLoadList domain loadEnvFile execve ref unref finalization openStdin sourceMapsEnabled initgroups set*id setgroups",
    note: NO_PROCESSES,
  },
  "readline/promises": { without: "Readline" },
  "stream/web": { without: "ReadableStreamTee" },
  sys: { without: UTIL, note: "as `util`" },
  tls: {
    without:
      "CLIENT_RENEG_* DEFAULT_CIPHERS getCertificateCompressionAlgorithms *CACertificates convertALPNProtocols SecureContext",
    note: NO_SERVERS,
  },
  tty: { note: "`isatty` answers false; `ReadStream` and `WriteStream` fail" },
  url: { without: "URLPattern", note: "the global `URLPattern` is there" },
  util: { without: UTIL },
  v8: { without: "promiseHooks", note: "`getHeapStatistics` is real; serialization, snapshots and flags fail" },
  worker_threads: { without: "locks", note: "`isMainThread` is true; workers fail, message channels are globals" },
  zlib: { note: "deflate, gzip and raw deflate; Brotli and Zstandard fail" },
};

/** What the global object has besides what the language gives it. */
export const GLOBALS =
  "AbortController AbortSignal Blob Buffer ByteLengthQueuingStrategy CloseEvent CompressionStream " +
  "CountQueuingStrategy Crypto CryptoKey CustomEvent DOMException DecompressionStream ErrorEvent Event " +
  "EventTarget File FormData Headers MessageChannel MessageEvent MessagePort Navigator Performance " +
  "PerformanceEntry PerformanceMark PerformanceMeasure ProgressEvent PromiseRejectionEvent " +
  "ReadableByteStreamController ReadableStream ReadableStreamBYOBReader ReadableStreamBYOBRequest " +
  "ReadableStreamDefaultController ReadableStreamDefaultReader Request Response SubtleCrypto TextDecoder " +
  "TextDecoderStream TextEncoder TextEncoderStream TransformStream TransformStreamDefaultController URL " +
  "URLPattern URLSearchParams WebSocket WritableStream WritableStreamDefaultController " +
  "WritableStreamDefaultWriter atob awslambda btoa clearImmediate clearInterval clearTimeout crypto fetch " +
  "global navigator performance process queueMicrotask reportError self setImmediate setInterval setTimeout " +
  "structuredClone";

/** Every builtin that a function can import by a name of its own, without Node's internals. */
export function builtinNames(builtins: readonly string[]): readonly string[] {
  const prefixed = ["sea", "sqlite", "test", "test/reporters"];
  return [...builtins.filter((name) => !/^_|^node:/.test(name)), ...prefixed].sort();
}
