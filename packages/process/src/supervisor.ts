/** What a service tells the process that started it, over the IPC channel that Node gives a forked child. */
export type ServiceMessage =
  | { readonly type: "ready"; readonly address: string | null }
  | { readonly type: "failed"; readonly message: string };

export function parseServiceMessage(message: unknown): ServiceMessage | undefined {
  if (typeof message !== "object" || message === null || !("type" in message)) return undefined;
  if (message.type === "ready") {
    const address = "address" in message && typeof message.address === "string" ? message.address : null;
    return { type: "ready", address };
  }
  if (message.type === "failed" && "message" in message && typeof message.message === "string") {
    return { type: "failed", message: message.message };
  }
  return undefined;
}

/** Resolves when the message is on its way, or cannot be sent because nobody supervises this process. */
export async function tellSupervisor(message: ServiceMessage): Promise<void> {
  if (process.send === undefined || !process.connected) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  process.send(message, () => resolve());
  await promise;
}
