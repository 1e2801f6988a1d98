import type { OperationName } from "./route.ts";

/** What Lambda takes as the payload of a call that somebody waits for. */
const PAYLOAD_BYTES = 6_291_456;
/** A zip file of 50 MiB in base64. */
const ZIP_BYTES = 69_905_067;
/** The configuration beside it. */
const DOCUMENT_BYTES = 262_144;

/** AWS's own limits where it names them; elsewhere more than any document of the model needs. */
const LIMITS: Readonly<Partial<Record<OperationName, number>>> = {
  CreateFunction: ZIP_BYTES + DOCUMENT_BYTES,
  PublishLayerVersion: ZIP_BYTES + DOCUMENT_BYTES,
  UpdateFunctionCode: ZIP_BYTES,
  Invoke: PAYLOAD_BYTES,
  InvokeAsync: PAYLOAD_BYTES,
  InvokeWithResponseStream: PAYLOAD_BYTES,
  CheckpointDurableExecution: 2 * PAYLOAD_BYTES,
};

/** The most bytes of a body that are read for an operation. */
export function bodyLimitBytes(operation: OperationName): number {
  return LIMITS[operation] ?? 4 * DOCUMENT_BYTES;
}
