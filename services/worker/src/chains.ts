import {
  type FunctionRef,
  formatLineage,
  functionKey,
  type Invocation,
  type Lineage,
  lineageOfInvocation,
  parseLineage,
  passesThrough,
  passThrough,
} from "@sluice/core";

type Link = Pick<Invocation, "id" | "tenant" | "function" | "acceptedAt" | "lineage">;

interface Deepest {
  readonly link: Link;
  readonly passes: number;
  readonly until: number;
}

/** As long as an idle environment may live on and do something. */
const REMEMBERED_MS = 600_000;
const FUNCTIONS_MAX = 10_000;

/**
 * Which chain of invocations a guest's request continues. What a function asks for while its module loads, or after its
 * invocation has ended, cannot be told from any one invocation: it continues the function's longest chain of late, so
 * that no function escapes from its chain by being early or late.
 */
export class Chains {
  readonly #now: () => number;
  readonly #running = new Map<string, Link>();
  readonly #deepest = new Map<string, Deepest>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @returns to be called when the invocation has ended */
  begin(link: Link): () => void {
    this.#running.set(link.id, link);
    this.#remember(link);
    return () => {
      if (this.#running.get(link.id) === link) this.#running.delete(link.id);
    };
  }

  /** Value of the trace header, or undefined when nothing is known of the function. */
  headerOf(ref: FunctionRef, invocationId: string): string | undefined {
    const link = this.#running.get(invocationId) ?? this.#deepest.get(functionKey(ref))?.link;
    return link === undefined ? undefined : formatLineage(chainAfter(link));
  }

  #remember(link: Link): void {
    const key = functionKey(refOf(link));
    const passes = link.lineage === undefined ? 0 : passesBefore(link);
    const until = this.#now() + REMEMBERED_MS;
    const known = this.#deepest.get(key);
    // Only as deep a chain keeps one in mind: a chain of long ago must not follow a busy function for ever.
    if (known !== undefined && known.until > this.#now() && known.passes > passes) return;
    this.#deepest.delete(key);
    this.#deepest.set(key, { link, passes, until });
    if (this.#deepest.size <= FUNCTIONS_MAX) return;
    const [oldest] = this.#deepest.keys();
    if (oldest !== undefined) this.#deepest.delete(oldest);
  }
}

/** The chain as what this invocation starts belongs to it. */
export function chainAfter(link: Link): Lineage {
  return passThrough(lineageOfInvocation(link), refOf(link));
}

function passesBefore(link: Link): number {
  const lineage = parseLineage(link.lineage);
  return lineage === undefined ? 0 : passesThrough(lineage, refOf(link));
}

function refOf(link: Link): FunctionRef {
  return { tenant: link.tenant, name: link.function };
}
