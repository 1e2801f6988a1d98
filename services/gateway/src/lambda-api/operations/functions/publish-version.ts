import type { FunctionVersion } from "@sluice/core";
import { LambdaError } from "../../lambda-error.ts";
import { defineLambdaOperation, type LambdaOperation } from "../../operation.ts";
import type { OperationDeps } from "../deps.ts";
import { changeRecord, checkRevision, type FunctionTarget, readTarget, requireRecord } from "../function-target.ts";
import { codeSha256, viewConfiguration } from "./configuration-view.ts";

export function publishVersion(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("PublishVersion", {
    async handle({ input, caller }) {
      const target = readTarget(deps, caller, input);
      const last = await lastPublished(deps, target);
      const { published } = await changeRecord(deps, target, ({ latest, published: mark }) => {
        checkRevision(input.RevisionId, latest.revisionId);
        checkCode(input.CodeSha256, latest);
        // Nothing changed since the last one: that is the version.
        if (last !== undefined && mark?.version === last.version && mark.latestRevisionId === latest.revisionId)
          return undefined;
        const description = input.Description;
        return {
          now: deps.now(),
          publish: { revisionId: deps.newId(), ...(description === undefined ? {} : { description }) },
        };
      });
      const version = published ?? last;
      if (version === undefined) throw new Error("either a version was published, or there was one");
      return viewConfiguration(deps.place, version, version.version);
    },
  });
}

/** Undefined also when it was deleted. */
async function lastPublished(deps: OperationDeps, target: FunctionTarget): Promise<FunctionVersion | undefined> {
  const { published } = await requireRecord(deps, target);
  return published === null ? undefined : await deps.registry.getVersion(target.ref, published.version);
}

function checkCode(expected: string | undefined, latest: FunctionVersion): void {
  const actual = codeSha256(latest);
  if (expected === undefined || expected === actual) return;
  throw new LambdaError(
    "InvalidParameterValueException",
    `CodeSHA256 (${expected}) is different from current CodeSHA256 in $LATEST (${actual}). Please try again with the CodeSHA256 in $LATEST.`,
  );
}
