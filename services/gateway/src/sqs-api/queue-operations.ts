import { QUEUE_NAME, type QueueAttributes } from "@sluice/core";
import * as attributes from "./queue-attributes.ts";
import { queueArn, queueOf, queueUrl, refOf, type SqsCall, type SqsOperation } from "./sqs-call.ts";
import { invalidValue, noSuchQueue, sqsError } from "./sqs-error.ts";
import { checkTags } from "./queue-tags.ts";

const LIST_MAX = 1_000;

export const createQueue: SqsOperation = async (call) => {
  const { input, caller, deps } = call;
  const name = input.requiredText("QueueName");
  if (!QUEUE_NAME.test(name)) {
    const reason = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length";
    throw invalidValue("QueueName", name, reason);
  }
  caller.authorise("sqs:CreateQueue", queueArn(deps.place, name));
  const given = input.pairs("Attributes");
  const wanted = attributes.newAttributes(name, given, deps.place);
  // The JSON protocol says `tags` here and `Tags` elsewhere.
  const tags = checkTags({ ...input.pairs("tags"), ...input.pairs("Tags") });
  await checkRedrive(call, wanted, given["RedrivePolicy"]);
  const { created, queue } = await deps.messageQueues.create({ tenant: caller.tenant, name, attributes: wanted, tags });
  if (!created) {
    const has = attributes.formatAttributes(queue.attributes, deps.place);
    const wants = attributes.formatAttributes(wanted, deps.place);
    const other = Object.keys(given).find((key) => has[key] !== wants[key]);
    if (other !== undefined) {
      throw sqsError(
        "QueueNameExists",
        `A queue already exists with the same name and a different value for attribute ${other}`,
      );
    }
  }
  return { QueueUrl: queueUrl(call, name) };
};

export const getQueueUrl: SqsOperation = async (call) => {
  const { input, caller, deps } = call;
  const name = input.requiredText("QueueName");
  const owner = input.text("QueueOwnerAWSAccountId") ?? deps.place.accountId;
  if (!QUEUE_NAME.test(name)) throw noSuchQueue();
  caller.authorise("sqs:GetQueueUrl", queueArn(deps.place, name));
  const queue = await deps.messageQueues.describe({ tenant: caller.tenant, name });
  if (queue === undefined || owner !== deps.place.accountId) throw noSuchQueue();
  return { QueueUrl: queueUrl(call, name) };
};

export const listQueues: SqsOperation = async (call) => {
  const { input, caller, deps } = call;
  caller.authorise("sqs:ListQueues", queueArn(deps.place, "*"));
  const prefix = input.text("QueueNamePrefix") ?? "";
  if (!/^[A-Za-z0-9_.-]{0,80}$/.test(prefix))
    throw invalidValue("QueueNamePrefix", prefix, "It is no prefix of a name.");
  const page = input.integer("MaxResults", { min: 1, max: LIST_MAX });
  const after = readToken(input.text("NextToken"));
  const limit = page ?? LIST_MAX;
  const found = await deps.messageQueues.list({ tenant: caller.tenant, prefix, after, limit: limit + 1 });
  const queues = found.slice(0, limit);
  if (queues.length === 0) return {};
  const more = page !== undefined && found.length > limit;
  return {
    QueueUrls: queues.map(({ name }) => queueUrl(call, name)),
    ...(more ? { NextToken: Buffer.from(queues.at(-1)?.name ?? "").toString("base64url") } : {}),
  };
};

function readToken(token: string | undefined): string | undefined {
  if (token === undefined || token === "") return undefined;
  const name = Buffer.from(token, "base64url").toString();
  if (!QUEUE_NAME.test(name)) throw invalidValue("NextToken", token, "It is not a token that was handed out.");
  return name;
}

export const deleteQueue: SqsOperation = async (call) => {
  await call.deps.messageQueues.destroy(refOf(call, "DeleteQueue"));
  return {};
};

export const purgeQueue: SqsOperation = async (call) => {
  const ref = refOf(call, "PurgeQueue");
  if (await call.deps.messageQueues.purge(ref)) return {};
  throw sqsError("PurgeQueueInProgress", `Only one PurgeQueue operation on ${ref.name} is allowed every 60 seconds.`);
};

export const getQueueAttributes: SqsOperation = async (call) => {
  const queue = await queueOf(call, "GetQueueAttributes");
  const names = call.input.texts("AttributeNames", 50);
  const unknown = names.find((name) => name !== "All" && !attributes.ATTRIBUTE_NAMES.has(name));
  if (unknown !== undefined) throw sqsError("InvalidAttributeName", `Unknown Attribute ${unknown.slice(0, 200)}.`);
  if (names.length === 0) return {};
  const { place, messageQueues } = call.deps;
  const depth = await messageQueues.depth(queue);
  const all: Record<string, string> = {
    ...attributes.formatAttributes(queue.attributes, place),
    QueueArn: queueArn(place, queue.name),
    ApproximateNumberOfMessages: String(depth.visible),
    ApproximateNumberOfMessagesNotVisible: String(depth.inFlight),
    ApproximateNumberOfMessagesDelayed: String(depth.delayed),
    CreatedTimestamp: String(Math.floor(queue.createdAt / 1_000)),
    LastModifiedTimestamp: String(Math.floor(queue.modifiedAt / 1_000)),
  };
  const shown = Object.entries(all).filter(([name]) => names.includes("All") || names.includes(name));
  return shown.length === 0 ? {} : { Attributes: Object.fromEntries(shown) };
};

export const setQueueAttributes: SqsOperation = async (call) => {
  const queue = await queueOf(call, "SetQueueAttributes");
  const given = call.input.pairs("Attributes");
  if (Object.keys(given).length === 0) {
    throw sqsError("MissingRequiredParameterException", "The request must contain the parameter Attributes.");
  }
  const { place, messageQueues } = call.deps;
  await checkRedrive(call, attributes.changeAttributes(queue.attributes, given, place), given["RedrivePolicy"]);
  await messageQueues.update({
    ...queue,
    change: (current) => ({ attributes: attributes.changeAttributes(current.attributes, given, place) }),
  });
  return {};
};

/** A dead-letter queue exists when it is named, and is of the same kind. */
async function checkRedrive(call: SqsCall, wanted: QueueAttributes, given: string | undefined): Promise<void> {
  if (given === undefined || wanted.redrive === null) return;
  const name = wanted.redrive.deadLetterQueue;
  const target = await call.deps.messageQueues.describe({ tenant: call.caller.tenant, name });
  if (target === undefined) throw attributes.noTarget(given);
  if (target.attributes.fifo !== wanted.fifo) {
    throw invalidValue("RedrivePolicy", given, "Dead-letter queue must be same type of queue as the source.");
  }
}

export const listDeadLetterSourceQueues: SqsOperation = async (call) => {
  const queue = await queueOf(call, "ListDeadLetterSourceQueues");
  const page = call.input.integer("MaxResults", { min: 1, max: LIST_MAX }) ?? LIST_MAX;
  const after = readToken(call.input.text("NextToken"));
  const all = await call.deps.messageQueues.list({ tenant: queue.tenant, after, limit: LIST_MAX });
  const sources = all.filter((one) => one.attributes.redrive?.deadLetterQueue === queue.name);
  const shown = sources.slice(0, page);
  const more = sources.length > page;
  return {
    queueUrls: shown.map(({ name }) => queueUrl(call, name)),
    ...(more ? { NextToken: Buffer.from(shown.at(-1)?.name ?? "").toString("base64url") } : {}),
  };
};
