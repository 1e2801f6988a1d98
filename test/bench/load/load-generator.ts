import { join } from "node:path";
import { ChildScript } from "../child-script.ts";
import type { LoadJob, LoadReport } from "./load-job.ts";

/** The process that makes the load, as the bench sees it. */
export class LoadGenerator {
  readonly #script: ChildScript;

  private constructor(script: ChildScript) {
    this.#script = script;
  }

  static async start(): Promise<LoadGenerator> {
    const { script } = await ChildScript.start(join(import.meta.dirname, "load-process.ts"));
    return new LoadGenerator(script);
  }

  /** @throws Error when an answer has another status than the job says, or a connection breaks */
  async run(job: LoadJob): Promise<LoadReport> {
    const report = (await this.#script.ask({ ...job })) as LoadReport;
    if (report.failures > 0) {
      throw new Error(`${report.failures} of ${report.requests} to ${job.path} failed; first:\n${report.firstFailure}`);
    }
    return report;
  }

  async stop(): Promise<void> {
    await this.#script.stop();
  }
}
