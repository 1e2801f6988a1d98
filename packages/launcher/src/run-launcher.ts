import { type Env, StartError } from "@sluice/process";
import { Launcher } from "./launcher.ts";
import { HELP, type LaunchOptions, readOptions } from "./options.ts";
import { createReport, type Report } from "./report.ts";

/** Ctrl-C under `npm start` arrives twice: from the terminal and again from npm. */
const SAME_SIGNAL_MS = 300;
/** What a second signal leaves the processes to be gone. */
const KILL_TIMEOUT_MS = 5_000;

export interface LauncherRun {
  readonly args: readonly string[];
  readonly env: Env;
  readonly cwd: string;
  /** Folder that holds `services/`, `packages/` and `examples/`. */
  readonly root: string;
}

/** The whole life of `npm start`: exits 0 after a clean stop or help, 1 when it cannot start or is stopped at once. */
export async function runLauncher(run: LauncherRun): Promise<void> {
  // A closed terminal must not keep us from stopping what runs.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  const write = (text: string): void => void process.stdout.write(text);
  const report = createReport({ json: run.args.includes("--json"), write, now: () => performance.now() });
  const options = readOptionsOrFail(run, report);
  if (options === "help") write(HELP);
  else if (options !== undefined) await launch(run, options, report);
}

function readOptionsOrFail(run: LauncherRun, report: Report): LaunchOptions | "help" | undefined {
  try {
    return readOptions(run.args, run.env, run.cwd);
  } catch (error) {
    fail(report, error);
    return undefined;
  }
}

async function launch({ env, root }: LauncherRun, options: LaunchOptions, report: Report): Promise<void> {
  const launcher = new Launcher({ options, env, report, root });
  const signals = watchSignals(launcher, report);
  try {
    await launcher.start();
  } catch (error) {
    // A start that was broken off by Ctrl-C is no failure.
    if (!signals.seen) fail(report, error);
  }
}

function watchSignals(launcher: Launcher, report: Report): { readonly seen: boolean } {
  let firstAt: number | undefined;
  const onSignal = (): void => {
    if (firstAt === undefined) {
      firstAt = performance.now();
      report.note("stopping: running work is finished first; Ctrl-C again stops at once");
      void launcher.stop().then(() => process.exit(0));
    } else if (performance.now() - firstAt > SAME_SIGNAL_MS) {
      report.note("stopping at once");
      setTimeout(() => process.exit(1), KILL_TIMEOUT_MS);
      void launcher.kill().then(() => process.exit(1));
    }
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, onSignal);
  return {
    get seen() {
      return firstAt !== undefined;
    },
  };
}

function fail(report: Report, error: unknown): void {
  report.failed(error instanceof StartError ? error.message : String(error instanceof Error ? error.stack : error));
  process.exitCode = 1;
}
