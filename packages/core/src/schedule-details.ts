/** What EventBridge Scheduler's interface shows again of a schedule that it made; when it is due does not depend on it. */
export interface ScheduleDetails {
  readonly asked: AskedSchedule;
  /** Of the request that made it: the same request may come twice. */
  readonly clientToken: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** As its author wrote it. */
export interface AskedSchedule {
  readonly expression: string;
  readonly description: string | null;
  readonly targetArn: string;
  readonly roleArn: string;
  readonly input: string | null;
  /** The function's own policy decides how its events are tried again; this is what the schedule's author wrote. */
  readonly retry: { readonly attempts: number; readonly maxEventAgeSeconds: number };
}
