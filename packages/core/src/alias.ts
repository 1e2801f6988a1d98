import { LATEST } from "./names.ts";

/** A movable pointer to a published version, and to a second one that gets part of the calls. */
export interface Alias {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** Share of calls (0 to 1) of another version; the rest goes to `version`. */
  readonly weights: Readonly<Record<string, number>>;
  readonly revisionId: string;
}

/**
 * The version that a qualifier stands for; undefined when it is neither `$LATEST` nor a number nor an alias.
 *
 * @param chance from 0 to 1, drawn anew for every call: decides between the versions of a weighted alias
 */
export function resolveQualifier(
  aliases: Readonly<Record<string, Alias>>,
  qualifier: string,
  chance: number,
): string | undefined {
  if (qualifier === LATEST || /^[1-9][0-9]*$/.test(qualifier)) return qualifier;
  if (!Object.hasOwn(aliases, qualifier)) return undefined;
  const alias = aliases[qualifier];
  if (alias === undefined) return undefined;
  let rest = chance;
  for (const [version, weight] of Object.entries(alias.weights)) {
    if (rest < weight) return version;
    rest -= weight;
  }
  return alias.version;
}
