import {
  type FunctionRecord,
  type FunctionVersion,
  type ProvisionedShare,
  provisionedNames,
  provisionedVersions,
  type Registry,
  shareOf,
  versionKey,
  type WorkerDirectory,
} from "@sluice/core";
import type { CellPool, VersionSpec } from "@sluice/sandbox";
import type { VersionSpecs } from "./version-specs.ts";

export interface ProvisionerOptions {
  readonly registry: Pick<Registry, "getFunction" | "getVersion" | "listProvisioned">;
  readonly workers: Pick<WorkerDirectory, "list">;
  readonly specs: Pick<VersionSpecs, "of">;
  readonly pool: Pick<CellPool, "provision" | "provisioned">;
  readonly workerId: string;
  /** Invocations at once: more environments could never be used. */
  readonly capacity: number;
  readonly onError: (error: unknown) => void;
  readonly now: () => number;
}

/** A version that somebody asked environments for. */
interface Asked {
  readonly record: FunctionRecord;
  readonly version: FunctionVersion | undefined;
  readonly key: string;
  readonly requested: number;
}

interface Share extends Asked {
  readonly wanted: number;
  /** Undefined: nothing of it is asked of the pool. */
  readonly spec: VersionSpec | undefined;
  readonly granted: number;
}

const EVERY_MS = 1_000;
/** What the registry says is read again after this long, whatever was heard of changes. */
const FRESH_MS = 30_000;

/** This worker's part of provisioned concurrency: what it keeps ready follows settings, aliases and the other workers. */
export class Provisioner {
  readonly #options: ProvisionerOptions;
  #asked: readonly Asked[] = [];
  #askedUntil = 0;
  #shares: readonly Share[] = [];
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #again = false;

  constructor(options: ProvisionerOptions) {
    this.#options = options;
  }

  /** This worker must have a lease. */
  start(): void {
    this.#timer = setInterval(() => void this.tick(), EVERY_MS);
    void this.tick();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** A function, or an alias of it, may have changed. */
  changed(): void {
    this.#askedUntil = 0;
    if (this.#timer !== undefined) void this.tick();
  }

  /** Never rejects. One at a time; what comes meanwhile is looked at once more. */
  tick(): Promise<void> {
    if (this.#running !== undefined) this.#again = true;
    this.#running ??= this.#update().finally(() => {
      this.#running = undefined;
      if (this.#again) void this.tick();
      this.#again = false;
    });
    return this.#running;
  }

  /** For this worker's lease, by `versionKey`. */
  shares(): Readonly<Record<string, ProvisionedShare>> {
    if (this.#shares.length === 0) return {};
    const reports = this.#options.pool.provisioned();
    return Object.fromEntries(
      this.#shares.map((share) => [share.key, toProvisionedShare(share, reports.get(share.spec?.key ?? ""))]),
    );
  }

  /** Environments that are ready, by the names that calls have for them. */
  names(): Readonly<Record<string, number>> {
    const names: Record<string, number> = {};
    if (this.#shares.length === 0) return names;
    const shares = this.shares();
    for (const { record, version, key } of this.#shares) {
      const ready = shares[key]?.ready ?? 0;
      if (version === undefined || ready === 0) continue;
      for (const name of provisionedNames(record, version.version)) names[name] = (names[name] ?? 0) + ready;
    }
    return names;
  }

  async #update(): Promise<void> {
    const { pool, workers, onError } = this.#options;
    try {
      await this.#ask();
      if (this.#asked.length === 0 && this.#shares.length === 0) return;
      this.#divide(await workers.list());
      const targets = this.#shares.flatMap(({ spec, granted }) =>
        spec === undefined || granted === 0 ? [] : [{ version: spec, wanted: granted }],
      );
      pool.provision(targets);
    } catch (error) {
      // Without Redis, what is kept is kept.
      onError(error);
    }
  }

  async #ask(): Promise<void> {
    const { registry, now } = this.#options;
    if (now() < this.#askedUntil) return;
    this.#askedUntil = now() + FRESH_MS;
    try {
      const asked: Asked[] = [];
      for (const ref of await registry.listProvisioned()) {
        const record = await registry.getFunction(ref);
        for (const [name, requested] of record === undefined ? [] : Object.entries(provisionedVersions(record))) {
          const version = await registry.getVersion(ref, name);
          const key = versionKey({ ...ref, version: name });
          if (record !== undefined) asked.push({ record, version, key, requested });
        }
      }
      this.#asked = asked.sort((a, b) => (a.key < b.key ? -1 : 1));
    } catch (error) {
      this.#askedUntil = 0;
      throw error;
    }
  }

  #divide(leases: Awaited<ReturnType<WorkerDirectory["list"]>>): void {
    const { workerId, capacity, specs } = this.#options;
    let left = capacity;
    this.#shares = this.#asked.map((asked) => {
      const wanted = shareOf(asked.requested, asked.key, leases, workerId);
      const granted = asked.version === undefined ? 0 : Math.min(wanted, left);
      left -= granted;
      return { ...asked, wanted, granted, spec: asked.version && specs.of(asked.version) };
    });
  }
}

function toProvisionedShare(
  { wanted, granted, version, key }: Share,
  report: Omit<ProvisionedShare, "wanted"> | undefined,
): ProvisionedShare {
  const { allocated = 0, ready = 0, reason } = report ?? {};
  if (version === undefined) return { wanted, allocated, ready, reason: `There is no version ${key.split("@")[1]}.` };
  if (reason !== undefined) return { wanted, allocated, ready, reason };
  if (granted === wanted) return { wanted, allocated, ready };
  const over = `${wanted - granted} of ${wanted} environments are more than the worker's capacity allows.`;
  return { wanted, allocated, ready, reason: over };
}
