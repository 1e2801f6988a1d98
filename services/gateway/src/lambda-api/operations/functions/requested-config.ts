import { DEFAULT_FUNCTION_CONFIG, type FunctionConfig, LIMITS } from "@sluice/core";
import type { CreateFunctionCommandInput, UpdateFunctionConfigurationCommandInput } from "@aws-sdk/client-lambda";
import { Faults } from "../../faults.ts";
import { LambdaError } from "../../lambda-error.ts";

export type ConfigInput = Omit<Partial<CreateFunctionCommandInput>, "Code"> &
  Omit<Partial<UpdateFunctionConfigurationCommandInput>, "Runtime">;

/** Accepted and shown again, because ignoring them changes nothing that a function could notice. */
const ECHOED = [
  "VpcConfig",
  "KMSKeyArn",
  "TracingConfig",
  "Architectures",
  "EphemeralStorage",
  "SnapStart",
  "LoggingConfig",
] as const;

/** Refused, because a function that counts on them would not get what it was promised. */
const REFUSED: Readonly<Record<string, string>> = {
  FileSystemConfigs: "no file system is mounted into a function here; use object storage, or the /tmp of the function",
  ImageConfig: "functions are not run from container images here; upload a zip archive",
  TenancyConfig: "environments are not kept by tenant of the caller here; deploy one function for each of them",
  CapacityProviderConfig: "there are no capacity providers here; start more workers instead",
  DurableConfig: "durable executions are not offered here; leave DurableConfig out",
};

const EPHEMERAL_STORAGE_MB_MAX = 10_240;

/** Set by the runtime itself, so that a value of the caller's would never be seen. */
const RESERVED_VARIABLES = new Set([
  "_HANDLER",
  "_X_AMZN_TRACE_ID",
  "AWS_DEFAULT_REGION",
  "AWS_REGION",
  "AWS_EXECUTION_ENV",
  "AWS_LAMBDA_FUNCTION_NAME",
  "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
  "AWS_LAMBDA_FUNCTION_VERSION",
  "AWS_LAMBDA_INITIALIZATION_TYPE",
  "AWS_LAMBDA_LOG_GROUP_NAME",
  "AWS_LAMBDA_LOG_STREAM_NAME",
  "AWS_LAMBDA_RUNTIME_API",
  "LAMBDA_TASK_ROOT",
  "LAMBDA_RUNTIME_DIR",
]);

/**
 * The configuration after a request: what it does not name stays. Runtime kind and export name come with the code.
 *
 * @throws LambdaError InvalidParameterValueException, ValidationException
 */
export function applyConfig(before: FunctionConfig, input: ConfigInput): FunctionConfig {
  checkLimits(input);
  refuseMisleading(input);
  const lambda = before.lambda;
  return {
    ...before,
    description: input.Description ?? before.description,
    memoryMb: input.MemorySize ?? before.memoryMb,
    timeoutMs: input.Timeout === undefined ? before.timeoutMs : input.Timeout * 1000,
    environment: readEnvironment(input) ?? before.environment,
    deadLetterTarget: readDeadLetterTarget(input, before.deadLetterTarget),
    lambda: {
      runtime: input.Runtime ?? lambda?.runtime ?? (before.runtime === "wasi" ? "provided.al2023" : "nodejs24.x"),
      handler: input.Handler ?? lambda?.handler ?? `index.${before.handler}`,
      role: input.Role ?? lambda?.role ?? "",
      echoed: { ...lambda?.echoed, ...readEchoed(input) },
    },
  };
}

/** @throws LambdaError InvalidParameterValueException */
export function newConfig(input: ConfigInput): FunctionConfig {
  if (input.PackageType === "Image") throw invalid(`PackageType Image: ${REFUSED["ImageConfig"]}.`);
  if (input.Runtime === undefined || input.Handler === undefined) {
    throw invalid("Runtime and Handler are mandatory parameters for functions created with deployment packages.");
  }
  return applyConfig(DEFAULT_FUNCTION_CONFIG, input);
}

/** Of functions on capacity providers AWS takes more, and so does its model; of all others this. */
function checkLimits({ MemorySize: memory, Timeout: timeout, EphemeralStorage: storage }: ConfigInput): void {
  const faults = new Faults();
  const check = (path: string, value: number | undefined, max: number): void => {
    if (value === undefined || value <= max) return;
    faults.add(path, `Member must have value less than or equal to ${max}`, value, false);
  };
  check("timeout", timeout, LIMITS.timeoutMsMax / 1000);
  check("memorySize", memory, LIMITS.memoryMbMax);
  check("ephemeralStorage.size", storage?.Size, EPHEMERAL_STORAGE_MB_MAX);
  faults.throwIfAny();
}

function refuseMisleading(input: ConfigInput): void {
  for (const [member, why] of Object.entries(REFUSED)) {
    const value = (input as Readonly<Record<string, unknown>>)[member];
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue;
    throw invalid(`${member} cannot be set: ${why}.`);
  }
  if (input.Architectures?.includes("arm64") === true && input.Runtime?.startsWith("provided") === true) {
    throw invalid("Architectures arm64: a WebAssembly module has no architecture; leave Architectures out.");
  }
}

function readEnvironment({ Environment: environment }: ConfigInput): Readonly<Record<string, string>> | undefined {
  if (environment === undefined) return undefined;
  const variables = environment.Variables ?? {};
  const reserved = Object.keys(variables).filter((name) => RESERVED_VARIABLES.has(name));
  if (reserved.length > 0) {
    throw invalid(
      "Lambda was unable to configure your environment variables because the environment variables you have provided " +
        "contains reserved keys that are currently not supported for modification. Reserved keys used in this request: " +
        reserved.join(", "),
    );
  }
  const bytes = Buffer.byteLength(JSON.stringify(variables));
  if (bytes > LIMITS.environmentBytesMax) {
    throw invalid(
      "Lambda was unable to configure your environment variables because the environment variables you have provided " +
        `exceeded the 4KB limit. Size measured: ${bytes} bytes`,
    );
  }
  return variables;
}

/** An empty ARN takes the target away. */
function readDeadLetterTarget({ DeadLetterConfig: config }: ConfigInput, before: string | null): string | null {
  if (config?.TargetArn === undefined) return before;
  if (config.TargetArn === "") return null;
  if (/^arn:aws[\w-]*:sqs:/.test(config.TargetArn)) return config.TargetArn;
  throw invalid(
    `DeadLetterConfig: '${config.TargetArn}' is not a queue; name a queue of this server, 'arn:aws:sqs:<region>:<account>:<queue>'.`,
  );
}

function readEchoed(input: ConfigInput): Readonly<Record<string, unknown>> {
  const echoed: Record<string, unknown> = {};
  for (const member of ECHOED) if (input[member] !== undefined) echoed[member] = input[member];
  const { SnapStart: snap } = input;
  if (snap !== undefined) echoed["SnapStart"] = { ApplyOn: snap.ApplyOn ?? "None", OptimizationStatus: "Off" };
  return echoed;
}

function invalid(message: string): LambdaError {
  return new LambdaError("InvalidParameterValueException", message);
}
