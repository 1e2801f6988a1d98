import type { FunctionRef } from "@sluice/core";
import { parseFunctionReference } from "../function-reference.ts";
import { LambdaError } from "../lambda-error.ts";
import { type Caller, defineLambdaOperation, type LambdaOperation } from "../operation.ts";
import type { OperationDeps } from "./deps.ts";
import { changeRecord, readTarget, requireRecord } from "./function-target.ts";

const TAGS_MAX = 50;

/**
 * Tags of functions. Event source mappings and code-signing configurations carry tags on AWS as well; here only what
 * has an owner to look for it by them.
 */
export function tagOperations(deps: OperationDeps): LambdaOperation[] {
  return [tagResource(deps), untagResource(deps), listTags(deps)];
}

function tagResource(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("TagResource", {
    async handle({ input, caller }) {
      const target = readTagged(deps, caller, input.Resource ?? "");
      const added = input.Tags ?? {};
      await changeRecord(deps, target, ({ settings }) => {
        const tags = { ...settings.tags, ...added };
        checkTags(tags);
        return { now: deps.now(), settings: { ...settings, tags } };
      });
      return {};
    },
  });
}

function untagResource(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("UntagResource", {
    async handle({ input, caller }) {
      const target = readTagged(deps, caller, input.Resource ?? "");
      const removed = new Set(input.TagKeys ?? []);
      await changeRecord(deps, target, ({ settings }) => {
        const tags = Object.fromEntries(Object.entries(settings.tags).filter(([key]) => !removed.has(key)));
        return { now: deps.now(), settings: { ...settings, tags } };
      });
      return {};
    },
  });
}

function listTags(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("ListTags", {
    async handle({ input, caller }) {
      const { settings } = await requireRecord(deps, readTagged(deps, caller, input.Resource ?? ""));
      return { Tags: { ...settings.tags } };
    },
  });
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
    throw invalid(`Only functions carry tags here, and '${resource.slice(0, 200)}' is not the ARN of a function.`);
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
