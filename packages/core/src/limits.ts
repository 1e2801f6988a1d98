/** Every limit and default of the platform, with its unit in its name. Lambda's number where Lambda has one. */

export const LIMITS = {
  memoryMbMin: 16,
  memoryMbMax: 10_240,
  memoryMbDefault: 128,
  timeoutMsMin: 100,
  timeoutMsMax: 900_000,
  timeoutMsDefault: 3_000,
  /** Top-level code of a function (Lambda: 10 s on demand). */
  initTimeoutMs: 10_000,
  /** Past a wall deadline, how long a cell may take to give up an isolate before the parent kills it. */
  killGraceMs: 250,
  environmentBytesMax: 4_096,
  /** Synchronous request and response payload. */
  payloadBytesMax: 6 * 1024 * 1024,
  /** A response that is streamed to its caller (Lambda: 200 MB). */
  streamedBytesMax: 200 * 1024 * 1024,
  /** One piece of it. */
  streamChunkBytes: 64 * 1024,
  /** Asynchronous event payload. */
  asyncPayloadBytesMax: 1024 * 1024,
  codeBytesMax: 50 * 1024 * 1024,
  /** Of one version; without the text of the sources it is about as large as the code. */
  sourceMapBytesMax: 16 * 1024 * 1024,
  /** Log text kept of one attempt; past it, lines are dropped and counted. */
  logBytesPerAttempt: 256 * 1024,
  logLineBytes: 16 * 1024,
  errorTextChars: 4_096,
  retriesMax: 10,
  eventAgeMsMin: 60_000,
  eventAgeMsMax: 7 * 86_400_000,
  concurrencyMax: 100_000,
  triggersPerFunction: 20,
  /** The function's own URL and those of its aliases. */
  urlsPerFunction: 50,
  functionsPerManifest: 500,
  /** How long an idempotency record outlives its event (Inngest: 24 h). */
  idempotencyTtlMs: 24 * 3_600_000,
  keysPerTenant: 100,
  tenantsMax: 1_000,
  kvKeyBytes: 512,
  kvValueBytes: 1024 * 1024,
  kvKeysPerTenant: 100_000,
  kvListMax: 1_000,
  /** Decoded bytes of one response, read in pieces; what a function keeps of them counts against its memory. */
  fetchResponseBytesMax: 1024 * 1024 * 1024,
  /** A request body up to this size travels with its head; a larger one follows in chunks. */
  fetchInlineBytesMax: 4 * 1024 * 1024,
  /** The most that one chunk of a body or of a socket's data carries. */
  networkChunkBytes: 256 * 1024,
  /** Silence that ends an exchange: before the response's head, and between two pieces of its body. */
  fetchTimeoutMs: 300_000,
  /** One exchange from its beginning to its last byte, however steadily bytes come: as long as the longest invocation. */
  fetchTotalMs: 900_000,
  fetchRedirectsMax: 10,
  connectTimeoutMs: 10_000,
  /** An exchange that nobody reads after its invocation has ended goes after this long. */
  orphanExchangeMs: 10_000,
  /** HTTP exchanges, sockets and web sockets: of each kind, held open by one environment, and by one tenant on one worker. */
  exchangesPerEnvironment: 256,
  socketsPerEnvironment: 64,
  streamsPerTenant: 512,
  webSocketMessageBytesMax: 16 * 1024 * 1024,
  hostCallsInFlight: 64,
  timersPerInvocation: 10_000,
  queuesPerTenant: 1_000,
  messagesPerQueue: 1_000_000,
  /** Of all messages of one queue. */
  queueBytesMax: 1024 * 1024 * 1024,
  /** Of one message, and of one batch of messages. */
  messageBytesMax: 1024 * 1024,
  messagesInFlight: 120_000,
  fifoMessagesInFlight: 20_000,
  receiveMessagesMax: 10_000,
  /** Of what one receive answers. */
  receiveBytesMax: 16 * 1024 * 1024,
  receiveWaitMsMax: 20_000,
  visibilityMsMax: 12 * 3_600_000,
  deduplicationMs: 5 * 60_000,
  recordStreamsPerTenant: 200,
  shardsPerStream: 100,
  /** Data and partition key of one record. */
  recordBytesMax: 1024 * 1024,
  putRecordsMax: 500,
  putRecordsBytesMax: 5 * 1024 * 1024,
  getRecordsMax: 10_000,
  getRecordsBytesMax: 10 * 1024 * 1024,
  /** Data and partition keys that one shard keeps; past it the oldest records go. */
  shardBytesMax: 256 * 1024 * 1024,
  streamRetentionMsMin: 24 * 3_600_000,
  streamRetentionMsMax: 365 * 24 * 3_600_000,
} as const;
