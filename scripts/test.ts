import { ensureRedisServer } from "@sluice/launcher";
import { StartError } from "@sluice/process";
import { runJest } from "./jest-run.ts";
import { installAwsPrograms } from "../test/support/aws-programs.ts";
import { runStep, type StepResult } from "./step.ts";

/**
 * What `npm test` runs: every static check, then every test. All checks run and report together; tests follow only
 * when they pass. The last line is the totals. Arguments go to jest: `npm test -- packages/queue`.
 */
const CHECKS = ["format:check", "lint", "typecheck", "unused"];

async function main(): Promise<void> {
  await ensureRedisServer({
    env: process.env,
    install: process.env["SLUICE_INSTALL_REDIS"] !== "0",
    note: console.log,
  });
  // Before the tests: two of them at once would get in each other's way at the package manager.
  installAwsPrograms(console.log);
  const results: StepResult[] = [];
  for (const name of CHECKS) results.push(await runStep({ name, program: "npm", args: ["run", "--silent", name] }));
  const failed = results.filter(({ ok }) => !ok);
  for (const { name, output } of failed) console.log(`\n${name}:\n${output.trimEnd()}`);
  if (failed.length > 0) return end(0, failed.length);
  const totals = await runJest(process.argv.slice(2));
  if (totals === undefined) return end(0, 1);
  end(totals.passed, totals.failed);
}

function end(passed: number, failed: number): void {
  if (failed > 0) process.exitCode = 1;
  console.log(`\n${passed} passed, ${failed} failed`);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
