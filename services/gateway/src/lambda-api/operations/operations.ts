import type { LambdaOperation } from "../operation.ts";
import type { ErrorDeps } from "../to-lambda-error.ts";
import { accountSettings } from "./account.ts";
import { aliasOperations } from "./aliases.ts";
import { codeSigningOperations } from "./code-signing.ts";
import { concurrencyOperations } from "./concurrency.ts";
import type { OperationDeps } from "./deps.ts";
import { eventInvokeOperations } from "./event-invoke.ts";
import { functionUrlOperations } from "./function-urls.ts";
import { eventSourceMappingOperations } from "./event-source-mappings/mapping-operations.ts";
import { createFunction } from "./functions/create-function.ts";
import { publishVersion } from "./functions/publish-version.ts";
import {
  deleteFunction,
  getFunction,
  getFunctionConfiguration,
  listFunctions,
  listVersionsByFunction,
} from "./functions/read-functions.ts";
import { updateFunctionCode, updateFunctionConfiguration } from "./functions/update-function.ts";
import { invokeOperations } from "./invoke/invoke.ts";
import { invokeWithResponseStream } from "./invoke/invoke-stream.ts";
import { layerOperations } from "./layers/layer-operations.ts";
import { notOfferedOperations } from "./not-offered.ts";
import { permissionOperations } from "./permissions.ts";
import { provisionedConcurrencyOperations } from "./provisioned-concurrency.ts";
import { recursionOperations } from "./recursion.ts";
import { runtimeManagementOperations } from "./runtime-management.ts";
import { tagOperations } from "./tags.ts";

/** Every operation of the service. */
export function lambdaOperations(deps: OperationDeps & ErrorDeps): readonly LambdaOperation[] {
  return [
    createFunction(deps),
    updateFunctionCode(deps),
    updateFunctionConfiguration(deps),
    getFunction(deps),
    getFunctionConfiguration(deps),
    listFunctions(deps),
    listVersionsByFunction(deps),
    publishVersion(deps),
    deleteFunction(deps),
    ...invokeOperations(deps),
    invokeWithResponseStream(deps),
    ...aliasOperations(deps),
    ...layerOperations(deps),
    ...tagOperations(deps),
    ...permissionOperations(deps),
    ...concurrencyOperations(deps),
    ...provisionedConcurrencyOperations(deps),
    ...eventInvokeOperations(deps),
    ...functionUrlOperations(deps),
    ...eventSourceMappingOperations(deps),
    ...recursionOperations(deps),
    ...runtimeManagementOperations(deps),
    ...codeSigningOperations(deps),
    ...notOfferedOperations(deps),
    accountSettings(deps),
  ];
}
