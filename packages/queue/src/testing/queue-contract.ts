import { describeAcceptance } from "./acceptance-contract.ts";
import { describeConsuming } from "./consumer-contract.ts";
import { ContractWorld, type QueueHarness } from "./contract-world.ts";
import { describeVerdicts } from "./verdict-contract.ts";

/** What every adapter of `InvocationQueue` and `InvocationConsumer` promises. */
export function describeQueueContract(name: string, open: () => Promise<QueueHarness>): void {
  describe(name, () => {
    const world = new ContractWorld(open);
    describeAcceptance(world);
    describeVerdicts(world);
    describeConsuming(world);
  });
}
