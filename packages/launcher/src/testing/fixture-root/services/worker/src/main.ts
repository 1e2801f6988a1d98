import { runService } from "@sluice/process";

/** Stands in for a worker in the launcher's tests: stays until it is stopped. */
runService({
  name: "worker",
  env: process.env,
  readConfig: () => ({}),
  start: async ({ onStop }) => {
    const staying = setInterval(() => undefined, 1_000);
    onStop("stay", () => clearInterval(staying));
    return {};
  },
});
