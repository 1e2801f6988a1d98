type Emit = (name: string, args: unknown[]) => boolean;

let emit: Emit | undefined;

/** Called when user code first listens to the process: until then nobody needs to be told of anything. */
export function onProcessEvent(tell: Emit): void {
  emit = tell;
}

/** @returns whether anybody listens */
export function tellProcess(name: string, ...args: unknown[]): boolean {
  return emit?.(name, args) ?? false;
}
