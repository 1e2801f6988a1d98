import { execFile } from "node:child_process";
import { findAwsCli } from "../support/aws-programs.ts";
import { type CompatProduct, REGION } from "./compat-product.ts";

interface CliResult {
  readonly code: number;
  readonly output: string;
  readonly error: string;
}

/** `aws lambda …` as somebody types it who has the product's credentials file. */
export async function awsLambda(product: CompatProduct, ...args: readonly string[]): Promise<CliResult> {
  const all = ["--endpoint-url", product.endpoint, "--region", REGION, "lambda", ...args];
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: product.stack.dataDir,
    AWS_SHARED_CREDENTIALS_FILE: product.credentialsFile,
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_PAGER: "",
  };
  return await new Promise((resolve) => {
    execFile(findAwsCli(), all, { env }, (failure, output, error) => {
      const code = failure === null ? 0 : Number(failure.code ?? 1);
      resolve({ code, output, error });
    });
  });
}
