import {
  compileEventPattern,
  EVENT_SOURCE_LIMITS,
  type EventSourceMapping,
  PatternFault,
  type Place,
  type QueueSource,
  type StreamSource,
} from "@sluice/core";
import type { LambdaInput } from "../../operation.ts";
import { checkDestination } from "../destination.ts";
import { type FoundSource, invalid } from "./mapping-source.ts";

/** What clients say of a mapping, when they make or change one. */
export type SettingsInput = Omit<LambdaInput<"UpdateEventSourceMapping">, "UUID" | "FunctionName">;

/** Parts of a mapping that both kinds of sources have. */
export type CommonSettings = Pick<
  EventSourceMapping,
  "batchSize" | "enabled" | "filters" | "partialResponses" | "windowMs"
>;

const FIFO_BATCH_MAX = 10;
const STREAM_ONLY = [
  "BisectBatchOnFunctionError",
  "DestinationConfig",
  "MaximumRecordAgeInSeconds",
  "MaximumRetryAttempts",
  "ParallelizationFactor",
  "TumblingWindowInSeconds",
] as const;
const OF_OTHERS = [
  "AmazonManagedKafkaEventSourceConfig",
  "DocumentDBEventSourceConfig",
  "SelfManagedKafkaEventSourceConfig",
  "SourceAccessConfigurations",
] as const;

export function defaultSettings(kind: FoundSource["kind"]): CommonSettings {
  const batchSize = kind === "queue" ? 10 : 100;
  return { enabled: true, batchSize, windowMs: 0, filters: [], partialResponses: false };
}

/** What is given replaces what was. @throws LambdaError InvalidParameterValueException */
export function readCommon(before: CommonSettings, input: SettingsInput, source: FoundSource): CommonSettings {
  for (const name of OF_OTHERS) if (isGiven(input[name])) throw unsupported(name);
  if (isGiven(input.ProvisionedPollerConfig)) {
    throw invalid("Pollers are not provisioned here: they come with the load, up to MaximumConcurrency.");
  }
  if (isGiven(input.KMSKeyArn) && input.KMSKeyArn !== "") {
    throw invalid("Filter criteria are not encrypted here: leave KMSKeyArn out.");
  }
  const { BatchSize, MaximumBatchingWindowInSeconds: window, FilterCriteria, FunctionResponseTypes } = input;
  const settings: CommonSettings = {
    enabled: input.Enabled ?? before.enabled,
    batchSize: BatchSize ?? before.batchSize,
    windowMs: window === undefined ? before.windowMs : window * 1_000,
    filters: FilterCriteria === undefined ? before.filters : readFilters(FilterCriteria.Filters ?? []),
    partialResponses: FunctionResponseTypes === undefined ? before.partialResponses : FunctionResponseTypes.length > 0,
  };
  if (source.kind === "queue") checkQueueBatch(settings, source.queue.attributes.fifo);
  return settings;
}

function checkQueueBatch({ batchSize, windowMs }: CommonSettings, fifo: boolean): void {
  if (fifo && batchSize > FIFO_BATCH_MAX) {
    throw invalid(`The batch size of a FIFO queue must be less than or equal to ${FIFO_BATCH_MAX}.`);
  }
  if (fifo && windowMs > 0) throw invalid("Batching window is not supported for FIFO queues.");
  if (batchSize > FIFO_BATCH_MAX && windowMs === 0) {
    throw invalid("Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10");
  }
}

function readFilters(filters: readonly { readonly Pattern?: string | undefined }[]): readonly string[] {
  const { filters: most } = EVENT_SOURCE_LIMITS;
  if (filters.length > most) throw invalid(`Exceeded the maximum number of filters (${most}).`);
  return filters.map(({ Pattern = "" }) => {
    try {
      compileEventPattern(Pattern);
      return Pattern;
    } catch (error) {
      if (!(error instanceof PatternFault)) throw error;
      throw invalid(`Invalid filter pattern definition. (${error.message})`);
    }
  });
}

/** @throws LambdaError InvalidParameterValueException */
export function readQueueSource(
  before: Pick<QueueSource, "maximumConcurrency">,
  input: SettingsInput,
  name: string,
): QueueSource {
  for (const one of STREAM_ONLY) if (isGiven(input[one])) throw unsupported(one);
  const { ScalingConfig } = input;
  const maximumConcurrency =
    ScalingConfig === undefined ? before.maximumConcurrency : (ScalingConfig.MaximumConcurrency ?? null);
  return { kind: "queue", name, maximumConcurrency };
}

type StreamSettings = Omit<StreamSource, "kind" | "name" | "start">;

export const DEFAULT_STREAM_SETTINGS: StreamSettings = {
  retriesMax: -1,
  recordAgeMsMax: -1,
  bisect: false,
  lanes: 1,
  onFailure: null,
};

/** @throws LambdaError InvalidParameterValueException */
export function readStreamSettings(before: StreamSettings, input: SettingsInput, place: Place): StreamSettings {
  if (input.ScalingConfig?.MaximumConcurrency !== undefined) throw unsupported("ScalingConfig");
  if ((input.TumblingWindowInSeconds ?? 0) > 0) {
    throw invalid("Tumbling windows do not exist here: keep what adds up in a store, or take larger batches.");
  }
  const { MaximumRecordAgeInSeconds: age, DestinationConfig: destinations } = input;
  if (age !== undefined && age !== -1 && age < 60) {
    throw invalid("MaximumRecordAgeInSeconds must be -1, or from 60 to 604800.");
  }
  if (isGiven(destinations?.OnSuccess?.Destination)) throw unsupported("DestinationConfig.OnSuccess");
  return {
    retriesMax: input.MaximumRetryAttempts ?? before.retriesMax,
    recordAgeMsMax: age === undefined ? before.recordAgeMsMax : age < 0 ? -1 : age * 1_000,
    bisect: input.BisectBatchOnFunctionError ?? before.bisect,
    lanes: input.ParallelizationFactor ?? before.lanes,
    onFailure:
      destinations === undefined ? before.onFailure : checkDestination(place, destinations.OnFailure, "OnFailure"),
  };
}

/** Empty structures say nothing, and tools send them. */
function isGiven(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return false;
  return typeof value !== "object" || Object.values(value).some(isGiven);
}

/** As AWS says it. */
function unsupported(name: string): Error {
  return invalid(`Unsupported ${name} parameter for given event source mapping type.`);
}
