import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { until } from "./until.ts";

export interface LauncherEvent {
  readonly event: string;
  readonly text?: string;
  readonly service?: string;
  readonly gateway?: string;
  readonly redis?: string;
}

/** `npm start` over the fixture services, as a process of its own. */
export class LauncherProcess {
  readonly child: ChildProcess;
  readonly exit: Promise<number | null>;
  out = "";

  constructor(args: readonly string[], env: Readonly<Record<string, string>>) {
    const script = `${import.meta.dirname}/fixture-main.ts`;
    this.child = spawn(process.execPath, [script, ...args], {
      env: { PATH: process.env["PATH"], ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const keep = (chunk: Buffer): void => void (this.out += chunk.toString());
    this.child.stdout?.on("data", keep);
    this.child.stderr?.on("data", keep);
    this.exit = once(this.child, "close").then(([code]) => code as number | null);
  }

  /** What it said so far; for a launcher that was started with `--json`. */
  get events(): readonly LauncherEvent[] {
    const whole = this.out.slice(0, this.out.lastIndexOf("\n") + 1);
    return whole.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line) as LauncherEvent] : []));
  }

  async ready(): Promise<LauncherEvent> {
    await this.said((event) => event.event === "ready");
    return this.events.find((event) => event.event === "ready") ?? { event: "never" };
  }

  async said(matches: (event: LauncherEvent) => boolean): Promise<void> {
    let over = false;
    void this.exit.then(() => void (over = true));
    await until(() => over || this.events.some(matches), `an event of:\n${this.out}`);
    if (!this.events.some(matches)) throw new Error(`it ended first:\n${this.out}`);
  }
}
