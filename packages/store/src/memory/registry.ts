import {
  type BoundTrigger,
  type ChangeResult,
  type CronTrigger,
  type DecideChange,
  functionKey,
  type FunctionRecord,
  type FunctionRef,
  type FunctionVersion,
  type HttpTrigger,
  LATEST,
  type Registry,
  type Trigger,
  type TriggerType,
} from "@sluice/core";
import { nameTaken, prepareChange, toResult, triggerField } from "../function-change.ts";
import { urlIdOfTrigger } from "../url-id.ts";

interface StoredFunction {
  record: FunctionRecord;
  readonly versions: Map<string, FunctionVersion>;
}

type Listener = (ref: FunctionRef | undefined) => void;

export class MemoryRegistry implements Registry {
  readonly #functions = new Map<string, StoredFunction>();
  /** By tenant and field. */
  readonly #triggers = new Map<string, BoundTrigger>();
  /** Last version numbers; kept after a deletion, so that a number names the same code for ever. */
  readonly #numbers = new Map<string, number>();
  readonly #listeners = new Set<Listener>();

  async change(ref: FunctionRef, decide: DecideChange): Promise<ChangeResult> {
    const before = this.#functions.get(functionKey(ref));
    const change = decide(structuredClone(before?.record));
    if (change === undefined) return { record: structuredClone(before?.record), published: null };
    const prepared = prepareChange(ref, before?.record, structuredClone(change));
    for (const { field } of prepared.bound ?? []) {
      const owner = this.#triggers.get(`${ref.tenant}/${field}`)?.function.name;
      if (owner !== undefined && owner !== ref.name) throw nameTaken(field, owner);
    }
    if (prepared.bound !== undefined) {
      this.#freeTriggers(ref);
      for (const { field, trigger } of prepared.bound) this.#triggers.set(`${ref.tenant}/${field}`, trigger);
    }
    const result = toResult(prepared, prepared.toPublish === undefined ? "" : this.#nextNumber(ref));
    const { published, record = prepared.record } = result;
    const versions = before?.versions ?? new Map<string, FunctionVersion>();
    if (published !== null) versions.set(published.version, published);
    this.#functions.set(functionKey(ref), { record, versions });
    this.#tell(ref);
    return structuredClone(result);
  }

  async getFunction(ref: FunctionRef): Promise<FunctionRecord | undefined> {
    return structuredClone(this.#functions.get(functionKey(ref))?.record);
  }

  async getVersion(ref: FunctionRef, version: string): Promise<FunctionVersion | undefined> {
    const stored = this.#functions.get(functionKey(ref));
    return structuredClone(version === LATEST ? stored?.record.latest : stored?.versions.get(version));
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
      .map(({ record }) => record)
      .filter((record) => record.tenant === tenant && record.name > after)
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .slice(0, limit)
      .map((record) => structuredClone(record));
  }

  async deleteFunction(ref: FunctionRef): Promise<boolean> {
    if (!this.#functions.delete(functionKey(ref))) return false;
    this.#freeTriggers(ref);
    this.#tell(ref);
    return true;
  }

  async deleteVersion(ref: FunctionRef, version: string): Promise<boolean> {
    if (this.#functions.get(functionKey(ref))?.versions.delete(version) !== true) return false;
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

  async getUrl(id: string): Promise<BoundTrigger<HttpTrigger> | undefined> {
    const bound = [...this.#triggers.values()].find(
      ({ function: owner, trigger }) => trigger.type === "http" && urlIdOfTrigger(owner.tenant, trigger) === id,
    );
    return structuredClone(bound) as BoundTrigger<HttpTrigger> | undefined;
  }

  async listCronTriggers(): Promise<readonly BoundTrigger<CronTrigger>[]> {
    const bound = [...this.#triggers.values()].filter(({ trigger }) => trigger.type === "cron");
    return structuredClone(bound) as BoundTrigger<CronTrigger>[];
  }

  async listProvisioned(): Promise<readonly FunctionRef[]> {
    return [...this.#functions.values()]
      .filter(({ record }) => Object.keys(record.settings.provisioned).length > 0)
      .map(({ record: { tenant, name } }) => ({ tenant, name }));
  }

  async onChange(listener: Listener): Promise<() => Promise<void>> {
    const own: Listener = (ref) => listener(ref);
    this.#listeners.add(own);
    return async () => {
      this.#listeners.delete(own);
    };
  }

  #nextNumber(ref: FunctionRef): string {
    const number = (this.#numbers.get(functionKey(ref)) ?? 0) + 1;
    this.#numbers.set(functionKey(ref), number);
    return String(number);
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
