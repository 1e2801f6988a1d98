import type { EventSourceMappingConfiguration } from "@aws-sdk/client-lambda";
import { type EventSourceMapping, functionArn, type Place, type StreamSource } from "@sluice/core";
import { sourceArn } from "./mapping-source.ts";

export function mappingArn({ region, accountId }: Place, id: string): string {
  return `arn:aws:lambda:${region}:${accountId}:event-source-mapping:${id}`;
}

/** @param state what is going on with it; absent: nothing */
export function viewMapping(
  place: Place,
  mapping: EventSourceMapping,
  state?: "Creating" | "Updating" | "Deleting",
  result?: string,
): EventSourceMappingConfiguration {
  const { id, source, filters, windowMs } = mapping;
  return {
    UUID: id,
    EventSourceMappingArn: mappingArn(place, id),
    EventSourceArn: sourceArn(place, source),
    FunctionArn: functionArn(place, mapping.function, mapping.qualifier),
    BatchSize: mapping.batchSize,
    MaximumBatchingWindowInSeconds: Math.round(windowMs / 1_000),
    FunctionResponseTypes: mapping.partialResponses ? ["ReportBatchItemFailures"] : [],
    ...(filters.length === 0 ? {} : { FilterCriteria: { Filters: filters.map((Pattern) => ({ Pattern })) } }),
    LastModified: new Date(mapping.updatedAt),
    State: state ?? (mapping.enabled ? "Enabled" : "Disabled"),
    StateTransitionReason: "USER_INITIATED",
    ...(source.kind === "stream" ? viewStream(source, result) : viewQueue(source.maximumConcurrency, result)),
  };
}

function viewQueue(maximumConcurrency: number | null, result?: string): EventSourceMappingConfiguration {
  return {
    ...(maximumConcurrency === null ? {} : { ScalingConfig: { MaximumConcurrency: maximumConcurrency } }),
    ...(result === undefined ? {} : { LastProcessingResult: result }),
  };
}

function viewStream(source: StreamSource, result = "No records processed"): EventSourceMappingConfiguration {
  const { start, onFailure, recordAgeMsMax } = source;
  const positions = { oldest: "TRIM_HORIZON", newest: "LATEST", time: "AT_TIMESTAMP" } as const;
  return {
    StartingPosition: positions[start.kind],
    ...(start.kind === "time" ? { StartingPositionTimestamp: new Date(start.atMs) } : {}),
    ParallelizationFactor: source.lanes,
    BisectBatchOnFunctionError: source.bisect,
    MaximumRetryAttempts: source.retriesMax,
    MaximumRecordAgeInSeconds: recordAgeMsMax < 0 ? -1 : Math.round(recordAgeMsMax / 1_000),
    TumblingWindowInSeconds: 0,
    DestinationConfig: { OnFailure: onFailure === null ? {} : { Destination: onFailure } },
    LastProcessingResult: result,
  };
}
