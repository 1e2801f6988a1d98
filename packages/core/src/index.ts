export { ERROR_CODES, type ErrorCode, type ErrorCodeEntry } from "./error-codes.ts";
export { type ErrorBody, PlatformError, type PlatformErrorOptions, toErrorBody } from "./platform-error.ts";
export {
  DEFAULT_TENANT,
  FUNCTION_NAME,
  functionArn,
  functionKey,
  type FunctionRef,
  LATEST,
  parseFunctionKey,
  parseQualifiedName,
  type Place,
  TENANT_NAME,
  TRIGGER_NAME,
  QUALIFIER,
  versionKey,
} from "./names.ts";
export {
  type AccessDecision,
  ADMIN_POLICY,
  decideAccess,
  isAdmin,
  isAllowed,
  isUsable,
  POLICY_LIMITS,
  POLICY_PRESETS,
  type PolicyPreset,
  type PolicyStatement,
  presetPolicy,
} from "./access-policy.ts";
export { LIMITS } from "./limits.ts";
export { REFUSED_NODE_MODULES } from "./refused-node-modules.ts";
export {
  type DeadLetterReason,
  decideRetry,
  DEFAULT_RETRY_POLICY,
  defaultDelays,
  isTooOld,
  type RetryDecision,
  type RetryPolicy,
  throttleDelayMs,
} from "./retry-policy.ts";
export { type Destination, type DestinationKind, parseDestination } from "./destination.ts";
export type { EndingCondition, EndingResponse, EndingTarget, EventEnding } from "./event-ending.ts";
export {
  formatLineage,
  isRecursive,
  type Lineage,
  lineageOfInvocation,
  parseLineage,
  PASSES_MAX,
  passesThrough,
  passThrough,
  TRACE_HEADER,
} from "./lineage.ts";
export { type Alias, resolveQualifier } from "./alias.ts";
export type { DecideDocument, DocumentKind, DocumentStore, StoredDocument } from "./documents.ts";
export {
  type ProvisionedShare,
  type ProvisionedStatus,
  provisionedNames,
  provisionedStatus,
  provisionedVersions,
  shareOf,
} from "./provisioned.ts";
export { readClientContext } from "./client-context.ts";
export { type Deployment, isSame, isSameContent, toDeploymentChange, triggersAfter } from "./deployment.ts";
export {
  DEFAULT_FUNCTION_CONFIG,
  type EgressRule,
  type FunctionConfig,
  type FunctionVersion,
  type LambdaAttributes,
  type Runtime,
  type UploadedArchive,
  type VersionContent,
} from "./function.ts";
export {
  type AsyncRule,
  asyncRuleOf,
  DEFAULT_ASYNC_RULE,
  DEFAULT_FUNCTION_SETTINGS,
  type FunctionSettings,
  type PermissionPolicy,
  type PermissionStatement,
  type ProvisionedConcurrency,
} from "./function-settings.ts";
export type { AskedSchedule, ScheduleDetails } from "./schedule-details.ts";
export type {
  BoundTrigger,
  CronTrigger,
  HttpTrigger,
  MissedRunPolicy,
  ObjectStorageTrigger,
  Trigger,
  TriggerAuth,
  TriggerType,
  WebhookTrigger,
} from "./trigger.ts";
export type { CorsRule, FunctionUrl, InvokeMode } from "./function-url.ts";
export { findUrlTrigger, qualifierOf, urlTriggerName } from "./url-trigger.ts";
export type { Invocation, InvocationSource, InvocationState, InvocationStatus, Lane } from "./invocation.ts";
export {
  type AttemptOutcome,
  type AttemptReport,
  type FunctionError,
  type LogLine,
  SANDBOX_ERROR_TYPES,
  toFunctionErrorBody,
} from "./invocation-outcome.ts";
export type {
  AcceptedFact,
  CellExitReason,
  CellRestartedFact,
  DeadLetteredFact,
  EgressDenial,
  EgressDeniedFact,
  DeduplicatedFact,
  DestinationFailedFact,
  FinishedFact,
  InvocationEvent,
  BatchFact,
  RecursionStoppedFact,
  RerunFact,
  RetriedFact,
  ThrottledFact,
} from "./invocation-event.ts";
export { formatLogRecord, invokeErrorLine, type LogRecord } from "./log-record.ts";
export { billedMs, costOf, gbSeconds, LAMBDA_PRICE, type Price } from "./cost.ts";
export { parseRedisAddress, type RedisAddress } from "./redis-address.ts";
export { type AwsScheduleParse, parseAwsSchedule } from "./aws-schedule.ts";
export { isTimeZone, nextSlot, parseSchedule, type Schedule, type ScheduleParse, slotsBetween } from "./schedule.ts";
export { formatGuestRuntime, type GuestRuntime, parseGuestRuntime, partsSource } from "./guest-runtime.ts";
export { SlotTable } from "./slot-table.ts";
export { encodeFrame, type Frame, FrameError, FrameReader, FrameWriter } from "./frame.ts";
export {
  type ResponseDescription,
  StreamEnded,
  type StreamHead,
  type TakeChunk,
  toStreamEndCode,
} from "./stream-head.ts";
export {
  type CallHead,
  DIRECT_LANE,
  DIRECT_LANE_FRAME_BYTES_MAX,
  type RefuseHead,
  type ResultHead,
  type WorkerStatus,
} from "./direct-lane.ts";
export {
  type CallerContext,
  DISPATCH,
  type GuestContext,
  type GuestSettings,
  HOST_CALLS,
  type HostCallEntry,
  type HostCallFailure,
  type HostCallName,
  type ProcessUsage,
} from "./host-calls.ts";
export type {
  DnsAnswer,
  DnsQuestion,
  HttpRequestHead,
  HttpResponseHead,
  SocketOpenHead,
  SocketOptionsHead,
  SocketReport,
  TlsHead,
  TlsUpgradeHead,
  WebSocketCloseHead,
  WebSocketMessage,
  WebSocketOpenHead,
  WebSocketReport,
} from "./network-calls.ts";
export {
  decodeObjectKey,
  matchesObjectTrigger,
  normaliseEventName,
  objectEventIdentity,
  type ObjectNotificationParse,
  type ObjectRecord,
  parseObjectNotification,
} from "./object-event.ts";
export {
  type FunctionOptions,
  type FunctionOptionsInput,
  type Manifest,
  type ManifestFault,
  manifestJsonSchema,
  type Parsed,
  parseFunctionOptions,
  parseManifest,
  toDeploymentSettings,
  toFunctionConfig,
  toTriggers,
} from "./manifest.ts";
export type {
  Claim,
  ConsumerOptions,
  Enqueued,
  EnqueueOptions,
  InvocationConsumer,
  InvocationQueue,
  QueueDepth,
  Verdict,
  VerdictError,
} from "./invocation-queue.ts";
export type {
  ChangeResult,
  DecideChange,
  FunctionChange,
  FunctionRecord,
  PublishedMark,
  Registry,
} from "./registry.ts";
export type {
  AccessKey,
  ArtifactStore,
  CheckpointStore,
  ConcurrencySlots,
  CronLedger,
  FactBatch,
  FactStream,
  KeyStore,
  KvStore,
  LogEntry,
  LogStore,
  SealRenewal,
  SigningKey,
  TenantRecord,
  WorkerDirectory,
  WorkerLease,
} from "./stores.ts";
export {
  CRYPTO_LIMITS,
  type CryptoKeyFacts,
  type CryptoRefusal,
  type CryptoRequest,
  type CryptoTask,
  EC_CURVES,
  HASH_BYTES,
  pbkdf2Cost,
  type RsaPadding,
  scryptEndsCost,
  type SignatureScheme,
} from "./crypto-call.ts";
export {
  type ChangeVisibility,
  type CreateQueue,
  DEFAULT_QUEUE_ATTRIBUTES,
  type ListQueues,
  type MessageAttribute,
  messageBytes,
  type MessageQueue,
  type MessageQueueDepth,
  type MessageQueues,
  type OutgoingMessage,
  QUEUE_NAME,
  type QueueAttributes,
  type QueueRedrive,
  type QueueRef,
  type ReceiptOutcome,
  type ReceivedMessage,
  type ReceivedMessages,
  type ReceiveMessages,
  type SendMessages,
  type SendOutcome,
  type SendRefusal,
  type UpdateQueue,
} from "./message-queues.ts";
export {
  type CreateStream,
  formatSequence,
  formatShardId,
  type ListStreams,
  type OutgoingRecord,
  parseHashKey,
  parseSequence,
  type PutRecords,
  type ReadRecords,
  type RecordPage,
  type RecordPlace,
  type RecordPosition,
  type RecordStream,
  type RecordStreams,
  SEQUENCE_COUNTER_MAX,
  shardOf,
  shardRange,
  type StoredRecord,
  STREAM_NAME,
  type StreamRef,
  type UpdateStream,
} from "./record-streams.ts";
export { compileEventPattern, type EventPattern, PATTERN_CHARS_MAX, PatternFault } from "./event-pattern.ts";
export { type BatchResponse, readBatchResponse } from "./batch-response.ts";
export { EVENT_SOURCE_LIMITS, mappingKey, RESULT_FIELD } from "./event-source-mapping.ts";
export type { EventSourceMapping, ProcessingResult, QueueSource, StreamSource } from "./event-source-mapping.ts";
export type { ClaimedUnits, ClaimUnits, SaveProgress, SourceLeases } from "./source-leases.ts";
