import { spawn } from "node:child_process";
import { once } from "node:events";

export interface Command {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
}

export interface StepResult {
  readonly name: string;
  readonly ok: boolean;
  readonly output: string;
}

/** Runs a command to its end with its output kept back, and prints one line: its mark, name and time. */
export async function runStep({ name, program, args }: Command): Promise<StepResult> {
  const startedAt = performance.now();
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
  const [code] = (await once(child, "close")) as [number | null];
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${code === 0 ? "✔" : "✘"} ${name} (${seconds} s)`);
  return { name, ok: code === 0, output: Buffer.concat(chunks).toString() };
}
