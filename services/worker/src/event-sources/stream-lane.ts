/** Which of a shard's lanes takes the records of a partition key (FNV-1a). */
export function laneOf(partitionKey: string, lanes: number): number {
  if (lanes === 1) return 0;
  let hash = 0x811c9dc5;
  for (const char of partitionKey) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  // The low bits of this hash alone follow the last characters too closely.
  return ((hash ^ (hash >>> 16)) >>> 0) % lanes;
}
