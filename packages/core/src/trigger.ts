import type { FunctionUrl } from "./function-url.ts";
import type { FunctionRef } from "./names.ts";
import type { ScheduleDetails } from "./schedule-details.ts";

/** Who may call a public address. `bearer` and `hmac` carry the secret itself: it is stored, never shown. */
export type TriggerAuth =
  | { readonly type: "none" }
  /** Requests signed with an access key that may call the function; of function URLs only. */
  | { readonly type: "iam" }
  | { readonly type: "bearer"; readonly token: string }
  | {
      readonly type: "hmac";
      readonly secret: string;
      /** Header that carries the hex HMAC-SHA256 of the raw body, optionally behind `sha256=`. */
      readonly header: string;
    };

export type MissedRunPolicy = "skip" | "once" | "all";

interface TriggerBase {
  /** Unique within the tenant and the type. */
  readonly name: string;
  readonly auth: TriggerAuth;
  /** `api`: made by a call of an interface, which alone changes it; absent: by the function's manifest. */
  readonly origin?: "api";
}

/** Synchronous function URL `/fn/<function>`; an alias has one of its own under the name `<function>:<alias>`. */
export interface HttpTrigger extends TriggerBase {
  readonly type: "http";
  /** Absent: a URL with nothing set. */
  readonly url?: FunctionUrl;
}

/** Asynchronous `POST /hooks/<trigger>`. */
export interface WebhookTrigger extends TriggerBase {
  readonly type: "webhook";
}

/** Notifications of an object store at `/events/s3/<trigger>`. */
export interface ObjectStorageTrigger extends TriggerBase {
  readonly type: "object-storage";
  /** Absent: any bucket. */
  readonly bucket?: string;
  readonly prefix: string;
  readonly suffix: string;
  /** Event names without the `s3:` prefix; a trailing `*` matches the rest, as in S3. */
  readonly events: readonly string[];
}

export interface CronTrigger extends TriggerBase {
  readonly type: "cron";
  /** Five or six fields, or `rate(N unit)`. */
  readonly schedule: string;
  /** IANA time zone. */
  readonly timezone: string;
  /** What happens to slots that passed while no gateway ran. */
  readonly missedRuns: MissedRunPolicy;
  /** Event text handed to the function; null: EventBridge's "Scheduled Event". */
  readonly input: string | null;
  /** False: kept, and never due. Absent: true. */
  readonly enabled?: boolean;
  /** Version or alias that it calls. Absent: `$LATEST`. */
  readonly qualifier?: string;
  /** Absent: the trigger is no schedule of EventBridge Scheduler's interface. */
  readonly details?: ScheduleDetails;
}

export type Trigger = HttpTrigger | WebhookTrigger | ObjectStorageTrigger | CronTrigger;
export type TriggerType = Trigger["type"];

/** A trigger together with the function that it invokes. */
export interface BoundTrigger<T extends Trigger = Trigger> {
  readonly function: FunctionRef;
  readonly trigger: T;
}
