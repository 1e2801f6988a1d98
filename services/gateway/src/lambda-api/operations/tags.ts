import type { FunctionRef } from "@sluice/core";
import { parseFunctionReference } from "../function-reference.ts";
import { LambdaError } from "../lambda-error.ts";
import { type Caller, defineLambdaOperation, type LambdaOperation } from "../operation.ts";
import type { OperationDeps } from "./deps.ts";
import { changeMapping, requireMapping } from "./event-source-mappings/mapping-documents.ts";
import { mappingArn } from "./event-source-mappings/mapping-view.ts";
import { changeRecord, readTarget, requireRecord } from "./function-target.ts";

const TAGS_MAX = 50;

/**
 * Tags of functions and event source mappings. Code-signing configurations carry tags on AWS as well; here only what
 * has an owner to look for it by them.
 */
export function tagOperations(deps: OperationDeps): LambdaOperation[] {
  return [tagResource(deps), untagResource(deps), listTags(deps)];
}

function tagResource(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("TagResource", {
    async handle({ input, caller }) {
      await changeTags(deps, caller, input.Resource ?? "", (before) => {
        const tags = { ...before, ...input.Tags };
        checkTags(tags);
        return tags;
      });
      return {};
    },
  });
}

function untagResource(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("UntagResource", {
    async handle({ input, caller }) {
      const removed = new Set(input.TagKeys ?? []);
      await changeTags(deps, caller, input.Resource ?? "", (before) =>
        Object.fromEntries(Object.entries(before).filter(([key]) => !removed.has(key))),
      );
      return {};
    },
  });
}

function listTags(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("ListTags", {
    async handle({ input, caller }) {
      const resource = input.Resource ?? "";
      const id = mappingIdOf(deps, resource);
      if (id !== undefined) return { Tags: { ...(await requireMapping(deps, caller.tenant, id)).tags } };
      const { settings } = await requireRecord(deps, readTagged(deps, caller, resource));
      return { Tags: { ...settings.tags } };
    },
  });
}

type Tags = Readonly<Record<string, string>>;

async function changeTags(
  deps: OperationDeps,
  caller: Caller,
  resource: string,
  change: (before: Tags) => Tags,
): Promise<void> {
  const id = mappingIdOf(deps, resource);
  if (id !== undefined) {
    await changeMapping(deps, caller.tenant, id, (before) => ({ ...before, tags: change(before.tags) }));
    return;
  }
  await changeRecord(deps, readTagged(deps, caller, resource), ({ settings }) => ({
    now: deps.now(),
    settings: { ...settings, tags: change(settings.tags) },
  }));
}

/** Undefined when it is not the ARN of a mapping of this account. */
function mappingIdOf({ place }: OperationDeps, resource: string): string | undefined {
  const id = resource.slice(resource.lastIndexOf(":") + 1);
  return resource === mappingArn(place, id) ? id : undefined;
}

/** @throws LambdaError InvalidParameterValueException */
export function checkTags(tags: Readonly<Record<string, string>>): void {
  const entries = Object.entries(tags);
  if (entries.length > TAGS_MAX) throw invalid(`A resource can have at most ${TAGS_MAX} tags.`);
  for (const [key, value] of entries) {
    if (key.length < 1 || key.length > 128) throw invalid("The key of a tag must have 1 to 128 characters.");
    if (value.length > 256) throw invalid(`The value of the tag '${key}' must have at most 256 characters.`);
    if (key.toLowerCase().startsWith("aws:")) throw invalid(`The key '${key}' begins with 'aws:', which is reserved.`);
  }
}

/** @throws LambdaError InvalidParameterValueException, ResourceNotFoundException */
function readTagged(
  deps: OperationDeps,
  caller: Caller,
  resource: string,
): { readonly ref: FunctionRef; readonly qualifier: undefined } {
  const reference = resource.startsWith("arn:") ? parseFunctionReference(resource) : undefined;
  if (reference === undefined) {
    throw invalid(
      `Functions and event source mappings carry tags here, and '${resource.slice(0, 200)}' is the ARN of neither.`,
    );
  }
  if (reference.qualifier !== undefined)
    throw invalid(
      "Tags on function aliases and versions are not supported. Please specify either a function ARN without a qualifier.",
    );
  const { ref } = readTarget(deps, caller, { FunctionName: resource });
  return { ref, qualifier: undefined };
}

function invalid(message: string): LambdaError {
  return new LambdaError("InvalidParameterValueException", message);
}
