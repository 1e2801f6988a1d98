export { SluiceApiError, SluiceConnectionError } from "./api-error.ts";
export type {
  CreatedKey,
  CreatedTenant,
  Deployed,
  DeploymentPlan,
  FunctionDetail,
  FunctionPage,
  FunctionSummary,
  InvocationResult,
  KeyView,
  LogPage,
  TenantView,
  TriggerView,
  VersionView,
  WorkerView,
} from "./answers.ts";
export {
  type ClientOptions,
  createClient,
  type DeployCode,
  type DeploySourceMap,
  type DeployRequest,
  type InvokeRequest,
  type KeyRequest,
  type PageRequest,
  type SluiceClient,
} from "./client.ts";
