import { type ManifestFault, PlatformError } from "@sluice/core";

/** The answer to a deployment with faults: all of them, each with its place in the request. */
export function invalidDeployment(faults: readonly ManifestFault[]): PlatformError {
  const list = faults.map((fault) => `${fault.path.join(".")} ${fault.message}`).join("; ");
  return new PlatformError("Manifest.Invalid", `The deployment is not valid: ${list}.`, { details: { faults } });
}
