import type { OutgoingMessage } from "@sluice/core";
import { outgoing } from "./queue-samples.ts";

export function outgoingIn(groupId: string, ...texts: readonly string[]): OutgoingMessage[] {
  return texts.map((body) => outgoing(body, { groupId }));
}
