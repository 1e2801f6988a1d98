import type { WorkerView } from "@sluice/client";
import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { columns } from "../terminal/columns.ts";
import { formatTime } from "../terminal/quantities.ts";

export function registerWorkers(program: Command, context: CommandContext): void {
  program
    .command("workers")
    .description("show the workers and what they run")
    .option("--json", "print one JSON document")
    .action(async ({ json }: { json?: boolean }) => {
      const workers = await context.client().listWorkers();
      if (json) context.printJson({ workers });
      else context.print(format(workers, context));
    });
}

function format(workers: readonly WorkerView[], { styles }: CommandContext): string {
  if (workers.length === 0) return "No worker is running. Start one with 'npm run worker'.\n";
  const head = ["WORKER", "HOST", "PID", "BUSY", "CELLS", "WARM", "SINCE (UTC)", "RUNNING"].map(styles.dim);
  const rows = workers.map((worker) => [
    styles.bold(worker.id),
    worker.host,
    String(worker.pid),
    `${worker.inFlight}/${worker.capacity}${worker.draining ? " draining" : ""}`,
    String(worker.cells),
    String(worker.warmIsolates),
    formatTime(worker.startedAt),
    Object.entries(worker.running)
      .map(([name, running]) => `${name} ×${running}`)
      .join(", "),
  ]);
  return `${columns([head, ...rows])}\n${describeIsolation(workers)}`;
}

/** In which layers cells are kept; on machines of one kind, workers have the same. */
function describeIsolation(workers: readonly WorkerView[]): string {
  const byLayers = new Map<string, string[]>();
  // A gateway of an earlier release does not say.
  for (const { id, isolation = [] } of workers) {
    const layers = isolation.length === 0 ? "not known" : isolation.join(" · ");
    byLayers.set(layers, [...(byLayers.get(layers) ?? []), id]);
  }
  return [...byLayers].map(([layers, ids]) => `Cells of ${ids.join(", ")} are kept in: ${layers}\n`).join("");
}
