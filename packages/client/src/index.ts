export { SluiceApiError, SluiceConnectionError } from "./api-error.ts";
export type {
  Deployed,
  DeploymentPlan,
  FunctionDetail,
  FunctionPage,
  FunctionSummary,
  InvocationResult,
  LogPage,
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
  type PageRequest,
  type SluiceClient,
} from "./client.ts";
