import type { OPERATIONS } from "../services/gateway/src/lambda-api/model/operations.ts";

/**
 * `full`: does what it does on AWS. `kept`: what is said is kept and shown, and changes nothing else. `refused`: answers
 * with the reason. `none`: nothing of the kind can be made here, so there is nothing to find.
 */
export type Support = "full" | "kept" | "refused" | "none";

export interface OperationFact {
  readonly support: Support;
  /** What to know of it here. */
  readonly note: string;
}

const full = (note = ""): OperationFact => ({ support: "full", note });
const kept = (note: string): OperationFact => ({ support: "kept", note });
const refused = (note: string): OperationFact => ({ support: "refused", note });
const none = (note: string): OperationFact => ({ support: "none", note });

const CAPACITY = "there are no capacity providers; `ResourceNotFoundException`";
const DURABLE = "no durable execution can be started; `ResourceNotFoundException`";
const DURABLE_INSIDE = "for code inside a durable execution, of which there is none; `InvalidParameterValueException`";
const SIGNING = "signatures of code are not checked";

/** What this service makes of each operation; the compatibility tests call every one and compare. */
export const LAMBDA_API_FACTS: Readonly<Record<keyof typeof OPERATIONS, OperationFact>> = {
  AddLayerVersionPermission: kept("layers are used within their tenant only"),
  AddPermission: full(
    "who may invoke, for keys of this tenant; statements with conditions are kept, and let no key in",
  ),
  CheckpointDurableExecution: refused(DURABLE_INSIDE),
  CreateAlias: full("with weights"),
  CreateCapacityProvider: refused("start more workers instead; `InvalidParameterValueException`"),
  CreateCodeSigningConfig: kept(`${SIGNING}, so \`Enforce\` is refused`),
  CreateEventSourceMapping: full("queues and streams of this server"),
  CreateFunction: full("zip archives, in the request or from object storage; it is `Active` at once"),
  CreateFunctionUrlConfig: full(),
  DeleteAlias: full(),
  DeleteCapacityProvider: none(CAPACITY),
  DeleteCodeSigningConfig: kept(SIGNING),
  DeleteEventSourceMapping: full(),
  DeleteFunction: full("its queue and log go as well"),
  DeleteFunctionCodeSigningConfig: kept(SIGNING),
  DeleteFunctionConcurrency: full(),
  DeleteFunctionEventInvokeConfig: full(),
  DeleteFunctionUrlConfig: full(),
  DeleteLayerVersion: full("functions that were made with it keep their code"),
  DeleteProvisionedConcurrencyConfig: full(),
  DeleteResourcePolicy: full(),
  GetAccountSettings: full("limits of a new account of AWS; usage of this tenant"),
  GetAlias: full(),
  GetCapacityProvider: none(CAPACITY),
  GetCodeSigningConfig: kept(SIGNING),
  GetDurableExecution: none(DURABLE),
  GetDurableExecutionHistory: none(DURABLE),
  GetDurableExecutionState: refused(DURABLE_INSIDE),
  GetEventSourceMapping: full(),
  GetFunction: full("`Code.Location` is a link to this server that holds for ten minutes"),
  GetFunctionCodeSigningConfig: kept(SIGNING),
  GetFunctionConcurrency: full(),
  GetFunctionConfiguration: full(),
  GetFunctionEventInvokeConfig: full(),
  GetFunctionRecursionConfig: full(),
  GetFunctionScalingConfig: none("no function is on a capacity provider: the ARN and nothing else"),
  GetFunctionUrlConfig: full(),
  GetLayerVersion: full("`Content.Location` as with `GetFunction`"),
  GetLayerVersionByArn: full(),
  GetLayerVersionPolicy: kept("layers are used within their tenant only"),
  GetPolicy: full(),
  GetProvisionedConcurrencyConfig: full(),
  GetResourcePolicy: full(),
  GetRuntimeManagementConfig: kept("there is one runtime, that of the workers"),
  Invoke: full("`RequestResponse`, `Event`, `DryRun`, `LogType`, `ClientContext`; no `DurableExecutionName`"),
  InvokeAsync: full("the older form of `Invoke` with `Event`"),
  InvokeWithResponseStream: full(),
  ListAliases: full(),
  ListCapacityProviders: none("an empty list"),
  ListCodeSigningConfigs: kept(SIGNING),
  ListDurableExecutionsByFunction: none("an empty list"),
  ListEventSourceMappings: full(),
  ListFunctionEventInvokeConfigs: full(),
  ListFunctionUrlConfigs: full(),
  ListFunctionVersionsByCapacityProvider: none(CAPACITY),
  ListFunctions: full("functions that `sluice deploy` made are among them"),
  ListFunctionsByCodeSigningConfig: kept(SIGNING),
  ListLayerVersions: full(),
  ListLayers: full(),
  ListProvisionedConcurrencyConfigs: full(),
  ListTags: full(),
  ListVersionsByFunction: full(),
  PublishLayerVersion: full("files of a layer are below `/opt`, as on AWS"),
  PublishVersion: full(),
  PutFunctionCodeSigningConfig: kept(SIGNING),
  PutFunctionConcurrency: full("over all workers; 0 turns the function off"),
  PutFunctionEventInvokeConfig: full("retries, age and destinations"),
  PutFunctionRecursionConfig: full(),
  PutFunctionScalingConfig: refused("no function is on a capacity provider; use reserved or provisioned concurrency"),
  PutProvisionedConcurrencyConfig: full("workers keep so many environments of the version ready"),
  PutResourcePolicy: full("the whole policy at once"),
  PutRuntimeManagementConfig: kept(
    "`Auto` and `FunctionUpdate`; `Manual` is refused, because older runtimes are not kept",
  ),
  RemoveLayerVersionPermission: kept("layers are used within their tenant only"),
  RemovePermission: full(),
  SendDurableExecutionCallbackFailure: none(DURABLE),
  SendDurableExecutionCallbackHeartbeat: none(DURABLE),
  SendDurableExecutionCallbackSuccess: none(DURABLE),
  StopDurableExecution: none(DURABLE),
  TagResource: full("functions"),
  UntagResource: full("functions"),
  UpdateAlias: full(),
  UpdateCapacityProvider: none(CAPACITY),
  UpdateCodeSigningConfig: kept(SIGNING),
  UpdateEventSourceMapping: full(),
  UpdateFunctionCode: full("callers in between get the old code or the new, never a mixture"),
  UpdateFunctionConfiguration: full("layers, handler and runtime bundle the archive anew"),
  UpdateFunctionEventInvokeConfig: full(),
  UpdateFunctionUrlConfig: full(),
};
