import {
  asyncRuleOf,
  type CorsRule,
  type FunctionRecord,
  functionArn,
  type FunctionVersion,
  LATEST,
  type Place,
  type Trigger,
} from "@sluice/core";
import type { Component } from "./components.ts";

/** How a function is shown to its owner: environment values yes, secrets of triggers never. */

function viewTrigger(trigger: Trigger): Component<"Trigger"> {
  const auth = { type: trigger.auth.type };
  const origin = trigger.origin === undefined ? {} : { origin: trigger.origin };
  if (trigger.type === "cron") {
    const { type, name, schedule, timezone, missedRuns, input, enabled = true, qualifier } = trigger;
    const called = qualifier === undefined ? {} : { qualifier };
    return { type, name, auth, ...origin, schedule, timezone, missedRuns, input, enabled, ...called };
  }
  if (trigger.type === "object-storage") {
    const { type, name, bucket, prefix, suffix, events } = trigger;
    return {
      type,
      name,
      auth,
      ...origin,
      ...(bucket === undefined ? {} : { bucket }),
      prefix,
      suffix,
      events: [...events],
    };
  }
  if (trigger.type === "webhook" || trigger.url === undefined) {
    return { type: trigger.type, name: trigger.name, auth, ...origin };
  }
  const { cors, invokeMode } = trigger.url;
  const shared = cors === null ? {} : { cors: viewCors(cors) };
  return { type: trigger.type, name: trigger.name, auth, ...origin, ...shared, invokeMode };
}

function viewCors(cors: CorsRule): NonNullable<Component<"Trigger">["cors"]> {
  return structuredClone(cors) as NonNullable<Component<"Trigger">["cors"]>;
}

export function summarise(record: FunctionRecord, place: Place): Component<"FunctionSummary"> {
  const { config } = record.latest;
  const { description, memoryMb, timeoutMs } = config;
  return { ...identify(record, place), description, memoryMb, timeoutMs };
}

export function describe(record: FunctionRecord, place: Place): Component<"FunctionDetail"> {
  const { reservedConcurrency } = record.settings;
  const { delaysMs, maxEventAgeMs } = asyncRuleOf(record.settings).retry;
  const settings = { reservedConcurrency, retry: { delaysMs: [...delaysMs], maxEventAgeMs } };
  return { ...identify(record, place), config: viewConfig(record.latest), settings };
}

export function viewVersion(version: FunctionVersion): Component<"VersionList">["versions"][number] {
  const { codeDigest, codeBytes, sourceMapDigest, createdAt } = version;
  return {
    version: version.version,
    codeDigest,
    codeBytes,
    sourceMapDigest,
    config: viewConfig(version),
    createdAt,
  };
}

function identify(record: FunctionRecord, place: Place): Omit<Component<"FunctionDetail">, "config" | "settings"> {
  const { name, latest, createdAt, updatedAt } = record;
  return {
    name,
    arn: functionArn(place, name),
    version: record.published?.version ?? LATEST,
    codeDigest: latest.codeDigest,
    codeBytes: latest.codeBytes,
    sourceMapDigest: latest.sourceMapDigest,
    triggers: record.triggers.map(viewTrigger),
    createdAt,
    updatedAt,
  };
}

function viewConfig({ config }: FunctionVersion): Component<"FunctionConfig"> {
  const { egress } = config;
  return {
    runtime: config.runtime,
    handler: config.handler,
    description: config.description,
    memoryMb: config.memoryMb,
    timeoutMs: config.timeoutMs,
    environment: { ...config.environment },
    egress: {
      ...(egress.allow === undefined ? {} : { allow: [...egress.allow] }),
      allowPrivate: [...egress.allowPrivate],
    },
  };
}
