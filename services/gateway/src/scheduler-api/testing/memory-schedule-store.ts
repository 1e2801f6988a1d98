import type { ScheduleStore, StoredSchedule } from "../schedule-store.ts";

/** Schedules in memory, as a registry would keep them. */
export function createMemoryScheduleStore(functions: ReadonlySet<string>, most = 1_000): ScheduleStore {
  const schedules = new Map<string, StoredSchedule>();
  const key = (tenant: string, name: string): string => `${tenant}.${name}`;
  return {
    async createSchedule(tenant, schedule) {
      if (schedules.has(key(tenant, schedule.name))) return "exists";
      if (!functions.has(schedule.function)) return "no-function";
      if (schedules.size >= most) return "full";
      schedules.set(key(tenant, schedule.name), schedule);
      return "done";
    },
    async replaceSchedule(tenant, schedule) {
      const before = schedules.get(key(tenant, schedule.name));
      if (before === undefined) return "missing";
      if (!functions.has(schedule.function)) return "no-function";
      const { createdAt, clientToken } = before;
      schedules.set(key(tenant, schedule.name), { ...schedule, createdAt, clientToken });
      return "done";
    },
    getSchedule: async (tenant, name) => schedules.get(key(tenant, name)),
    deleteSchedule: async (tenant, name) => schedules.delete(key(tenant, name)),
    listSchedules: async (tenant, { prefix, enabled, after = "", limit }) =>
      [...schedules]
        .filter(([at, { name }]) => at === key(tenant, name) && name.startsWith(prefix) && name > after)
        .map(([, schedule]) => schedule)
        .filter((schedule) => enabled === undefined || schedule.enabled === enabled)
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .slice(0, limit),
  };
}
