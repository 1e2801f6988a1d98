import {
  type BoundTrigger,
  type CronTrigger,
  type FunctionRef,
  LATEST,
  PlatformError,
  type Registry,
  type Trigger,
} from "@sluice/core";
import type { PutOutcome, SchedulePage, ScheduleStore, StoredSchedule } from "./schedule-store.ts";

/** Of one function. Its record is read whole, so what it holds is bounded in number and in size. */
const TRIGGERS_MAX = 100;
const TRIGGER_BYTES_MAX = 1024 * 1024;

type Decision = { readonly outcome: PutOutcome; readonly triggers?: readonly Trigger[] };

/**
 * Schedules as cron triggers of their functions, so that they end with them. Every change is one atomic step but one: a
 * schedule that goes to another function leaves the first before the second has it.
 */
export class RegistryScheduleStore implements ScheduleStore {
  readonly #registry: Registry;
  readonly #now: () => number;

  constructor({ registry, now }: { readonly registry: Registry; readonly now: () => number }) {
    this.#registry = registry;
    this.#now = now;
  }

  async createSchedule(tenant: string, schedule: StoredSchedule): Promise<PutOutcome> {
    const known = await this.#registry.getTrigger(tenant, "cron", schedule.name);
    return known === undefined ? await this.#add(tenant, schedule) : "exists";
  }

  async replaceSchedule(tenant: string, schedule: StoredSchedule): Promise<PutOutcome> {
    const known = await this.#find(tenant, schedule.name);
    if (known === undefined) return "missing";
    const { createdAt, clientToken } = known;
    const next = { ...schedule, createdAt, clientToken };
    if (known.function !== schedule.function) return await this.#move(tenant, known, next);
    return await this.#change({ tenant, name: known.function }, (triggers) => {
      const at = triggers.findIndex((trigger) => isSchedule(trigger, schedule.name));
      return at < 0 ? { outcome: "missing" } : fitting(triggers.with(at, toTrigger(next)));
    });
  }

  async getSchedule(tenant: string, name: string): Promise<StoredSchedule | undefined> {
    return await this.#find(tenant, name);
  }

  async deleteSchedule(tenant: string, name: string): Promise<boolean> {
    const known = await this.#find(tenant, name);
    return known !== undefined && (await this.#remove(tenant, known));
  }

  async listSchedules(tenant: string, page: SchedulePage): Promise<readonly StoredSchedule[]> {
    const { prefix, enabled, after = "", limit } = page;
    return (await this.#registry.listCronTriggers())
      .filter((bound) => bound.function.tenant === tenant)
      .flatMap((bound) => toStored(bound) ?? [])
      .filter(({ name }) => name.startsWith(prefix) && name > after)
      .filter((schedule) => enabled === undefined || schedule.enabled === enabled)
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .slice(0, limit);
  }

  async #find(tenant: string, name: string): Promise<StoredSchedule | undefined> {
    const bound = await this.#registry.getTrigger(tenant, "cron", name);
    return bound === undefined ? undefined : toStored(bound);
  }

  async #add(tenant: string, schedule: StoredSchedule): Promise<PutOutcome> {
    return await this.#change({ tenant, name: schedule.function }, (triggers) => {
      const isTaken = triggers.some(({ type, name }) => type === "cron" && name === schedule.name);
      return isTaken ? { outcome: "exists" } : fitting([...triggers, toTrigger(schedule)]);
    });
  }

  async #remove(tenant: string, { name, function: owner }: StoredSchedule): Promise<boolean> {
    const outcome = await this.#change({ tenant, name: owner }, (triggers) => {
      const others = triggers.filter((trigger) => !isSchedule(trigger, name));
      return others.length === triggers.length ? { outcome: "missing" } : { outcome: "done", triggers: others };
    });
    return outcome === "done";
  }

  async #move(tenant: string, from: StoredSchedule, to: StoredSchedule): Promise<PutOutcome> {
    if ((await this.#registry.getFunction({ tenant, name: to.function })) === undefined) return "no-function";
    if (!(await this.#remove(tenant, from))) return "missing";
    const outcome = await this.#add(tenant, to).catch(async (error: unknown) => {
      await this.#add(tenant, from);
      throw error;
    });
    if (outcome !== "done") await this.#add(tenant, from);
    return outcome;
  }

  /** All or nothing; `decide` may be asked again about other triggers. */
  async #change(ref: FunctionRef, decide: (triggers: readonly Trigger[]) => Decision): Promise<PutOutcome> {
    let outcome: PutOutcome = "no-function";
    try {
      await this.#registry.change(ref, (record) => {
        const decision: Decision = record === undefined ? { outcome: "no-function" } : decide(record.triggers);
        outcome = decision.outcome;
        return decision.triggers === undefined ? undefined : { now: this.#now(), triggers: decision.triggers };
      });
    } catch (error) {
      if (error instanceof PlatformError && error.code === "Trigger.NameTaken") return "exists";
      throw error;
    }
    return outcome;
  }
}

function fitting(triggers: readonly Trigger[]): Decision {
  const fits = triggers.length <= TRIGGERS_MAX && Buffer.byteLength(JSON.stringify(triggers)) <= TRIGGER_BYTES_MAX;
  return fits ? { outcome: "done", triggers } : { outcome: "full" };
}

function isSchedule(trigger: Trigger, name: string): boolean {
  return trigger.type === "cron" && trigger.name === name && trigger.details !== undefined;
}

function toTrigger(schedule: StoredSchedule): CronTrigger {
  const { trigger, enabled, qualifier, asked, clientToken, createdAt, updatedAt } = schedule;
  return { ...trigger, origin: "api", enabled, qualifier, details: { asked, clientToken, createdAt, updatedAt } };
}

/** Undefined: a cron trigger that no schedule made. */
function toStored({ function: ref, trigger }: BoundTrigger<CronTrigger>): StoredSchedule | undefined {
  const { name, details, enabled = true, qualifier = LATEST } = trigger;
  return details === undefined ? undefined : { name, function: ref.name, qualifier, trigger, enabled, ...details };
}
