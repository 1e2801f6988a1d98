import { SluiceApiError, SluiceConnectionError } from "@sluice/client";
import { CliError, EXIT } from "./cli-error.ts";

export interface ErrorReport {
  readonly code: string;
  readonly message: string;
  readonly fix: string;
  readonly exitCode: number;
}

/** What went wrong and how to put it right, for any error that a command ends with. */
export function reportOf(error: unknown): ErrorReport {
  if (error instanceof CliError) {
    return { code: "Command.Failed", message: error.message, fix: error.fix, exitCode: error.exitCode };
  }
  if (error instanceof SluiceConnectionError) return connectionReport(error);
  if (error instanceof SluiceApiError) {
    return { code: error.code, message: error.message, fix: error.fix, exitCode: EXIT.failed };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    code: "Command.Crashed",
    message,
    fix: "This is a fault of the command itself; please report it.",
    exitCode: EXIT.failed,
  };
}

function connectionReport({ endpoint, reason, message }: SluiceConnectionError): ErrorReport {
  const report = { code: "Gateway.Unreachable", exitCode: EXIT.failed };
  if (reason === "UND_ERR_HEADERS_TIMEOUT" || reason === "UND_ERR_BODY_TIMEOUT") {
    const fix = "It may still be running: look with 'npx sluice logs'. Start long calls with --async.";
    return { ...report, code: "Gateway.NoAnswer", message: `The gateway at ${endpoint} did not answer in time.`, fix };
  }
  const fix = "Start the platform with 'npm start', or name its address with --endpoint or SLUICE_ENDPOINT.";
  return { ...report, message: message.replace(/^No answer from/, "No gateway answers at"), fix };
}
