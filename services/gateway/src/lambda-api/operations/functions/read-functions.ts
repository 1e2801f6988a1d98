import { type FunctionRecord, type FunctionVersion, LATEST } from "@sluice/core";
import { LambdaError } from "../../lambda-error.ts";
import { defineLambdaOperation, type LambdaOperation } from "../../operation.ts";
import type { OperationDeps } from "../deps.ts";
import { readTarget, requireRecord, requireVersion } from "../function-target.ts";
import { originOf } from "../origin.ts";
import { decodeMarker, encodeMarker, pageOf } from "../page.ts";
import { viewConfiguration } from "./configuration-view.ts";

const FUNCTIONS_PER_PAGE = 50;

export function getFunction(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("GetFunction", {
    async handle({ input, caller, response }) {
      const target = readTarget(deps, caller, input);
      const { record, version } = await requireVersion(deps, target);
      const { reservedConcurrency, tags } = record.settings;
      return {
        Configuration: viewConfiguration(deps.place, version, target.qualifier),
        Code: { RepositoryType: "S3", Location: `${originOf(response)}${deps.codeLinks.linkTo(codeOf(version))}` },
        ...(Object.keys(tags).length === 0 ? {} : { Tags: { ...tags } }),
        ...(reservedConcurrency === null ? {} : { Concurrency: { ReservedConcurrentExecutions: reservedConcurrency } }),
      };
    },
  });
}

export function getFunctionConfiguration(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("GetFunctionConfiguration", {
    async handle({ input, caller }) {
      const target = readTarget(deps, caller, input);
      const { version } = await requireVersion(deps, target);
      return viewConfiguration(deps.place, version, target.qualifier);
    },
  });
}

export function listFunctions(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("ListFunctions", {
    async handle({ input, caller }) {
      if (
        input.MasterRegion !== undefined &&
        input.MasterRegion !== "ALL" &&
        input.MasterRegion !== deps.place.region
      ) {
        return { Functions: [] };
      }
      const limit = Math.min(input.MaxItems ?? FUNCTIONS_PER_PAGE, FUNCTIONS_PER_PAGE);
      const after = decodeMarker(input.Marker);
      // One more than a page tells whether there is a next one.
      const found = await deps.registry.listFunctions(caller.tenant, {
        ...(after === undefined ? {} : { after }),
        limit: limit + 1,
      });
      const page = found.slice(0, limit);
      const last = page.at(-1);
      const versions =
        input.FunctionVersion === "ALL" ? await allVersions(deps, page) : page.map(({ latest }) => latest);
      return {
        Functions: versions.map((version) =>
          viewConfiguration(deps.place, version, input.FunctionVersion === "ALL" ? version.version : undefined),
        ),
        ...(found.length > limit && last !== undefined ? { NextMarker: encodeMarker(last.name) } : {}),
      };
    },
  });
}

async function allVersions(
  { registry }: OperationDeps,
  records: readonly FunctionRecord[],
): Promise<readonly FunctionVersion[]> {
  const lists = await Promise.all(
    records.map(async (record) => [
      record.latest,
      ...(await registry.listVersions({ tenant: record.tenant, name: record.name })),
    ]),
  );
  return lists.flat();
}

export function listVersionsByFunction(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("ListVersionsByFunction", {
    async handle({ input, caller }) {
      const target = readTarget(deps, caller, input);
      const record = await requireRecord(deps, target);
      const versions = [record.latest, ...(await deps.registry.listVersions(target.ref))];
      const { items, marker } = pageOf(versions, {
        marker: input.Marker,
        limit: Math.min(input.MaxItems ?? FUNCTIONS_PER_PAGE, FUNCTIONS_PER_PAGE),
        keyOf: ({ version }) => version,
      });
      return {
        Versions: items.map((version) => viewConfiguration(deps.place, version, version.version)),
        ...(marker === undefined ? {} : { NextMarker: marker }),
      };
    },
  });
}

export function deleteFunction(deps: OperationDeps): LambdaOperation {
  return defineLambdaOperation("DeleteFunction", {
    async handle({ input, caller }) {
      const target = readTarget(deps, caller, input);
      const { ref, qualifier } = target;
      const record = await requireRecord(deps, target);
      if (qualifier !== undefined) {
        await deleteVersion(deps, record, qualifier);
        return { StatusCode: 204 };
      }
      await deps.registry.deleteFunction(ref);
      // Repeating a delete that failed halfway finishes it only through the platform API; what is left is out of reach.
      await Promise.all([deps.queue.obliterate(ref), deps.logs.delete(ref)]);
      return { StatusCode: 204 };
    },
  });
}

async function deleteVersion({ registry }: OperationDeps, record: FunctionRecord, qualifier: string): Promise<void> {
  const ref = { tenant: record.tenant, name: record.name };
  if (qualifier === LATEST) {
    throw new LambdaError(
      "InvalidParameterValueException",
      "$LATEST version cannot be deleted without deleting the function.",
    );
  }
  const users = Object.values(record.aliases).filter(
    (alias) => alias.version === qualifier || Object.hasOwn(alias.weights, qualifier),
  );
  if (users.length > 0) {
    const names = users.map(({ name }) => name).join(", ");
    throw new LambdaError(
      "ResourceConflictException",
      `Version ${qualifier} cannot be deleted because it is referenced by the alias ${names}.`,
    );
  }
  // A version that is not there is deleted already, as on AWS.
  await registry.deleteVersion(ref, qualifier);
}

/** The archive as it was uploaded; of what came by a manifest, the bundle. */
function codeOf(version: FunctionVersion): string {
  return version.upload?.digest ?? version.codeDigest;
}
