/** What modules that a sandbox cannot have export, so that imports by name succeed. */
export const REFUSED_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  child_process: "ChildProcess exec execFile execFileSync execSync fork spawn spawnSync".split(" "),
  cluster: "Worker setupPrimary setupMaster fork disconnect".split(" "),
  dgram: "createSocket Socket".split(" "),
  domain: "Domain createDomain create".split(" "),
  http2:
    "connect createServer createSecureServer getDefaultSettings getPackedSettings getUnpackedSettings performServerHandshake Http2ServerRequest Http2ServerResponse".split(
      " ",
    ),
  inspector: "open close url waitForDebugger Session".split(" "),
  "inspector/promises": "open close url waitForDebugger Session".split(" "),
  repl: "start writer REPLServer Recoverable isValidSyntax".split(" "),
  sea: "isSea getAsset getRawAsset getAssetAsBlob getAssetKeys".split(" "),
  sqlite: "DatabaseSync StatementSync Session backup".split(" "),
  test: "expectFailure skip todo only after afterEach before beforeEach describe getTestContext it run suite test".split(
    " ",
  ),
  "test/reporters": "dot junit spec tap lcov".split(" "),
  trace_events: "createTracing getEnabledCategories".split(" "),
  vm: "Script createContext createScript runInContext runInNewContext runInThisContext isContext compileFunction measureMemory".split(
    " ",
  ),
  wasi: "WASI".split(" "),
  worker_threads:
    "MessagePort MessageChannel markAsUncloneable markAsUntransferable isMarkedAsUntransferable moveMessagePortToContext receiveMessageOnPort postMessageToThread Worker BroadcastChannel setEnvironmentData getEnvironmentData".split(
      " ",
    ),
  v8: "cachedDataVersionTag getHeapSnapshot getHeapStatistics getHeapSpaceStatistics getHeapCodeStatistics getCppHeapStatistics setFlagsFromString Serializer Deserializer DefaultSerializer DefaultDeserializer deserialize takeCoverage stopCoverage serialize writeHeapSnapshot queryObjects setHeapSnapshotNearHeapLimit GCProfiler isStringOneByteRepresentation startCpuProfile".split(
    " ",
  ),
};
