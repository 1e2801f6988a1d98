import type { Invocation } from "@sluice/core";
import { Worker } from "bullmq";

/** BullMQ's worker with the two handles that it lacks. */
export class LeasedWorker extends Worker<Invocation, string | null> {
  /**
   * Makes a higher `concurrency` count at once: BullMQ looks at it only when a job ends, which may be in a quarter of an
   * hour. Pausing and resuming in one breath wakes its loop without anything having been paused.
   */
  wake(): void {
    void this.pause(true);
    void this.resume();
  }

  /** Gives up on whatever still runs: its leases are not extended any more. */
  abandon(): void {
    void this.lockManager.close();
  }
}
