/** Tells a person, or a program (`--json`: one object a line), what the launcher does. */
export interface Report {
  /** Does a piece of work, and says that it is done and how long it took, unless `done` has nothing to say. */
  step<T>(work: () => Promise<T>, done: (result: T) => string | undefined): Promise<T>;
  note(line: string): void;
  warn(line: string): void;
  /** A line that a service wrote. */
  service(name: string, line: string): void;
  ready(places: Places, text: string): void;
  failed(message: string): void;
}

export interface Places {
  readonly gateway: string;
  readonly metrics: string;
  readonly redis: string;
  readonly dataDir: string;
}

export interface ReportOptions {
  readonly json: boolean;
  readonly write: (text: string) => void;
  readonly now: () => number;
}

export function createReport(options: ReportOptions): Report {
  const say = options.json ? sayJson(options.write) : sayText(options.write);
  return {
    step: async (work, done) => {
      const startedAt = options.now();
      const result = await work();
      const seconds = Number(((options.now() - startedAt) / 1000).toFixed(1));
      const text = done(result);
      if (text !== undefined) say({ event: "step", text, seconds });
      return result;
    },
    note: (text) => say({ event: "note", text }),
    warn: (text) => say({ event: "warning", text }),
    service: (service, text) => say({ event: "service", service, text }),
    ready: (places, text) => say({ event: "ready", ...places, text }),
    failed: (text) => say({ event: "failed", text }),
  };
}

type Said =
  | { readonly event: "step"; readonly text: string; readonly seconds: number }
  | { readonly event: "note" | "warning" | "failed"; readonly text: string }
  | { readonly event: "service"; readonly service: string; readonly text: string }
  | ({ readonly event: "ready"; readonly text: string } & Places);

function sayJson(write: (text: string) => void): (said: Said) => void {
  return (said) => {
    const { text, ...rest } = said;
    write(`${JSON.stringify(said.event === "ready" ? rest : { ...rest, text })}\n`);
  };
}

function sayText(write: (text: string) => void): (said: Said) => void {
  return (said) => {
    switch (said.event) {
      case "step":
        return write(`✔ ${said.text} (${said.seconds.toFixed(1)} s)\n`);
      case "note":
        return write(`  ${said.text}\n`);
      case "warning":
        return write(`! ${said.text}\n`);
      case "failed":
        return write(`✘ ${said.text}\n`);
      case "service":
        return write(`${said.service} │ ${said.text}\n`);
      case "ready":
        return write(`\n${said.text}\n`);
    }
  };
}
