import type { AskedSchedule, CronTrigger } from "@sluice/core";

/** A schedule of EventBridge Scheduler and the cron trigger that it is here. Its trigger has its name. */
export interface StoredSchedule {
  readonly name: string;
  /** The function that the trigger belongs to, and the version or alias that it calls. */
  readonly function: string;
  readonly qualifier: string;
  readonly trigger: CronTrigger;
  /** False: kept, and never due. */
  readonly enabled: boolean;
  /** What was asked for, to be shown again as it was. */
  readonly asked: AskedSchedule;
  /** Of the request that made it: the same request may come twice. */
  readonly clientToken: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export type PutOutcome = "done" | "exists" | "missing" | "no-function" | "full";

export interface SchedulePage {
  readonly prefix: string;
  readonly enabled?: boolean;
  /** Names after this one. */
  readonly after?: string;
  readonly limit: number;
}

/** What the API needs of whoever keeps functions and their triggers. Every change is one atomic step. */
export interface ScheduleStore {
  /** `exists`: the tenant has a schedule, or another cron trigger, of this name. */
  createSchedule(tenant: string, schedule: StoredSchedule): Promise<PutOutcome>;
  /** Keeps when it was made, and by which request. */
  replaceSchedule(tenant: string, schedule: StoredSchedule): Promise<PutOutcome>;
  getSchedule(tenant: string, name: string): Promise<StoredSchedule | undefined>;
  /** False when there was none. */
  deleteSchedule(tenant: string, name: string): Promise<boolean>;
  /** In name order. */
  listSchedules(tenant: string, page: SchedulePage): Promise<readonly StoredSchedule[]>;
}
