import {
  type BoundTrigger,
  type CronTrigger,
  functionKey,
  type FunctionRecord,
  type FunctionRef,
  type FunctionVersion,
  LATEST,
  type PutFunction,
  type PutFunctionResult,
  type Registry,
  type Trigger,
  type TriggerType,
} from "@sluice/core";
import { nameTaken, type PreparedPut, preparePut, triggerField } from "../function-put.ts";

interface StoredFunction {
  readonly ref: FunctionRef;
  readonly versions: Map<string, FunctionVersion>;
  latest: FunctionVersion;
  fingerprint: string;
  triggers: string;
  readonly createdAt: number;
  updatedAt: number;
}

type Listener = (ref: FunctionRef | undefined) => void;

export class MemoryRegistry implements Registry {
  readonly #functions = new Map<string, StoredFunction>();
  /** By tenant and field. */
  readonly #triggers = new Map<string, BoundTrigger>();
  /** Last version numbers; kept after a deletion, so that a number names the same code for ever. */
  readonly #numbers = new Map<string, number>();
  readonly #listeners = new Set<Listener>();

  async putFunction(params: PutFunction): Promise<PutFunctionResult> {
    const put = preparePut(structuredClone(params));
    const { ref } = params;
    for (const { field } of put.bound) {
      const owner = this.#triggers.get(`${ref.tenant}/${field}`)?.function.name;
      if (owner !== undefined && owner !== ref.name) throw nameTaken(field, owner);
    }
    const before = this.#functions.get(functionKey(ref));
    const published = before?.fingerprint !== put.fingerprint;
    const triggersChanged = (before?.triggers ?? "[]") !== put.triggers;
    const stored = before === undefined || published ? this.#publish(ref, put, before) : before;
    if (triggersChanged) {
      this.#freeTriggers(ref);
      for (const { field, trigger } of put.bound) this.#triggers.set(`${ref.tenant}/${field}`, trigger);
      stored.triggers = put.triggers;
    }
    if (published || triggersChanged) {
      stored.updatedAt = params.now;
      this.#tell(ref);
    }
    return structuredClone({ version: stored.latest, published, triggersChanged });
  }

  async getFunction(ref: FunctionRef): Promise<FunctionRecord | undefined> {
    const stored = this.#functions.get(functionKey(ref));
    return stored === undefined ? undefined : toRecord(stored);
  }

  async getVersion(ref: FunctionRef, qualifier: string): Promise<FunctionVersion | undefined> {
    const stored = this.#functions.get(functionKey(ref));
    return structuredClone(qualifier === LATEST ? stored?.latest : stored?.versions.get(qualifier));
  }

  async listVersions(ref: FunctionRef): Promise<readonly FunctionVersion[]> {
    return structuredClone([...(this.#functions.get(functionKey(ref))?.versions.values() ?? [])]);
  }

  async listFunctions(
    tenant: string,
    page: { readonly after?: string; readonly limit?: number } = {},
  ): Promise<readonly FunctionRecord[]> {
    const { after = "", limit = Number.POSITIVE_INFINITY } = page;
    return [...this.#functions.values()]
      .filter(({ ref }) => ref.tenant === tenant && ref.name > after)
      .sort((a, b) => (a.ref.name < b.ref.name ? -1 : 1))
      .slice(0, limit)
      .map(toRecord);
  }

  async deleteFunction(ref: FunctionRef): Promise<boolean> {
    if (!this.#functions.delete(functionKey(ref))) return false;
    this.#freeTriggers(ref);
    this.#tell(ref);
    return true;
  }

  async getTrigger<T extends TriggerType>(
    tenant: string,
    type: T,
    name: string,
  ): Promise<BoundTrigger<Extract<Trigger, { type: T }>> | undefined> {
    const bound = this.#triggers.get(`${tenant}/${triggerField(type, name)}`);
    return structuredClone(bound) as BoundTrigger<Extract<Trigger, { type: T }>> | undefined;
  }

  async listCronTriggers(): Promise<readonly BoundTrigger<CronTrigger>[]> {
    const bound = [...this.#triggers.values()].filter(({ trigger }) => trigger.type === "cron");
    return structuredClone(bound) as BoundTrigger<CronTrigger>[];
  }

  async onChange(listener: Listener): Promise<() => Promise<void>> {
    const own: Listener = (ref) => listener(ref);
    this.#listeners.add(own);
    return async () => {
      this.#listeners.delete(own);
    };
  }

  #publish(ref: FunctionRef, put: PreparedPut, before: StoredFunction | undefined): StoredFunction {
    const key = functionKey(ref);
    const number = (this.#numbers.get(key) ?? 0) + 1;
    const version: FunctionVersion = { ...put.version, version: String(number) };
    const stored: StoredFunction = before ?? {
      ref: { tenant: ref.tenant, name: ref.name },
      versions: new Map(),
      latest: version,
      fingerprint: put.fingerprint,
      triggers: "[]",
      createdAt: version.createdAt,
      updatedAt: version.createdAt,
    };
    stored.latest = version;
    stored.fingerprint = put.fingerprint;
    stored.versions.set(version.version, version);
    this.#numbers.set(key, number);
    this.#functions.set(key, stored);
    return stored;
  }

  #freeTriggers(ref: FunctionRef): void {
    for (const [field, { function: owner }] of this.#triggers) {
      if (owner.tenant === ref.tenant && owner.name === ref.name) this.#triggers.delete(field);
    }
  }

  #tell(ref: FunctionRef): void {
    for (const listener of this.#listeners) listener({ tenant: ref.tenant, name: ref.name });
  }
}

function toRecord(stored: StoredFunction): FunctionRecord {
  return {
    tenant: stored.ref.tenant,
    name: stored.ref.name,
    latest: structuredClone(stored.latest),
    triggers: JSON.parse(stored.triggers) as readonly Trigger[],
    createdAt: stored.createdAt,
    updatedAt: stored.updatedAt,
  };
}
