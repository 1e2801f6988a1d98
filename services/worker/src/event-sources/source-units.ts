import { EVENT_SOURCE_LIMITS, type EventSourceMapping, mappingKey, type StreamSource } from "@sluice/core";

/** What one poller does at a time. */
export type SourceUnit = QueueUnit | StreamUnit;

export interface QueueUnit {
  readonly kind: "queue";
  readonly name: string;
  readonly mapping: EventSourceMapping;
  /** The first one always polls; the others come with the load and go with it. */
  readonly isFirst: boolean;
}

export interface StreamUnit {
  readonly kind: "stream";
  readonly name: string;
  readonly mapping: EventSourceMapping & { readonly source: StreamSource };
  readonly shard: number;
  readonly lane: number;
}

/** Those that must be polled always. */
export function firstUnits(mapping: EventSourceMapping, shards: number): readonly SourceUnit[] {
  const { source } = mapping;
  if (source.kind === "queue") return [queueUnit(mapping, 0)];
  const units: SourceUnit[] = [];
  for (let shard = 0; shard < shards; shard++) {
    for (let lane = 0; lane < source.lanes; lane++) {
      const name = `${mappingKey(mapping)}#${laneField(source, shard, lane)}`;
      units.push({ kind: "stream", name, mapping: { ...mapping, source }, shard, lane });
    }
  }
  return units;
}

/** Those that the load asks for beyond. */
export function extraUnits(mapping: EventSourceMapping, demand: number): readonly SourceUnit[] {
  const count = Math.min(demand, pollersMax(mapping));
  return Array.from({ length: Math.max(0, count - 1) }, (_, index) => queueUnit(mapping, index + 1));
}

/** Pollers of a queue's mapping over all workers. */
export function pollersMax({ source }: EventSourceMapping): number {
  if (source.kind === "stream") return 1;
  return source.maximumConcurrency ?? EVENT_SOURCE_LIMITS.queueConcurrencyMax;
}

/** Where a lane's place is kept: one that shares the shard otherwise has places of its own. */
export function laneField({ lanes }: StreamSource, shard: number, lane: number): string {
  return `s${shard}.${lanes}.${lane}`;
}

function queueUnit(mapping: EventSourceMapping, index: number): QueueUnit {
  return { kind: "queue", name: `${mappingKey(mapping)}#q${index}`, mapping, isFirst: index === 0 };
}
