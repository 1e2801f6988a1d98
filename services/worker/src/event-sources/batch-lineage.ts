import { type FunctionRef, isRecursive, parseLineage, passesThrough } from "@sluice/core";

/** The chain that a batch continues: of all of its records' chains, the one that came through the function most often. */
export function batchLineage(ref: FunctionRef, headers: readonly (string | undefined)[]): string | undefined {
  let deepest: { readonly header: string; readonly passes: number } | undefined;
  for (const header of headers) {
    const lineage = parseLineage(header);
    if (header === undefined || lineage === undefined) continue;
    const passes = passesThrough(lineage, ref);
    if (deepest === undefined || passes > deepest.passes) deepest = { header, passes };
  }
  return deepest?.header;
}

/** Whether the chain of this record alone forbids one more invocation. */
export function closesLoop(ref: FunctionRef, header: string | undefined): boolean {
  const lineage = parseLineage(header);
  return lineage !== undefined && isRecursive(lineage, ref);
}
