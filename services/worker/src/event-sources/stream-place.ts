import { mappingKey, parseSequence, type RecordPosition, type SourceLeases } from "@sluice/core";
import { laneField, type StreamUnit } from "./source-units.ts";

/** How far a lane has come, and how often what comes next was tried. */
export interface StreamPlace {
  readonly from: RecordPosition;
  readonly attempts: number;
}

/**
 * Where a lane goes on: at its own place; where the lanes were that shared the shard otherwise before, the one that was
 * furthest behind; or where the mapping begins. Nothing is skipped by a change of the number of lanes, some may come again.
 */
export async function openPlace(
  leases: Pick<SourceLeases, "load" | "save">,
  holder: string,
  unit: StreamUnit,
): Promise<StreamPlace | undefined> {
  const { mapping, shard, lane } = unit;
  const { source } = mapping;
  const known = await leases.load(mappingKey(mapping));
  const field = laneField(source, shard, lane);
  const own = parsePlace(known[field]);
  if (own !== undefined) return own;
  const others = Object.keys(known).filter((name) => name.startsWith(`s${shard}.`) && !isOfNow(name, unit));
  const place = furthestBehind(others.map((name) => parsePlace(known[name]))) ?? { from: startOf(unit), attempts: 0 };
  // The last lane to arrive clears away what was before.
  const isLast = Array.from({ length: source.lanes }, (_, index) => laneField(source, shard, index)).every(
    (name) => name === field || known[name] !== undefined,
  );
  const saved = await leases.save({
    holder,
    unit: unit.name,
    mapping: mappingKey(mapping),
    field,
    value: JSON.stringify(place),
    drop: isLast ? others : [],
  });
  return saved ? place : undefined;
}

function isOfNow(name: string, { mapping, shard }: StreamUnit): boolean {
  return name.startsWith(`s${shard}.${mapping.source.lanes}.`);
}

function startOf({ mapping, shard }: StreamUnit): RecordPosition {
  const { start } = mapping.source;
  if (start.kind === "oldest") return { kind: "start" };
  if (start.kind === "time") return start;
  const sequence = start.heads[shard];
  return sequence === undefined ? { kind: "start" } : { kind: "after", sequence };
}

function parsePlace(text: string | undefined): StreamPlace | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as StreamPlace);
}

function furthestBehind(places: readonly (StreamPlace | undefined)[]): StreamPlace | undefined {
  const known = places.filter((place) => place !== undefined);
  const [first] = known.sort((a, b) => (orderOf(a.from) < orderOf(b.from) ? -1 : 1));
  return first === undefined ? undefined : { from: first.from, attempts: 0 };
}

/** Sequence numbers are of one length, so they sort as texts. */
function orderOf(from: RecordPosition): string {
  if (from.kind === "start") return "";
  const atMs = from.kind === "time" ? from.atMs : (parseSequence(from.sequence)?.atMs ?? 0);
  return `${String(atMs).padStart(15, "0")}${from.kind === "time" ? "" : from.sequence}`;
}
