import type { Outlet } from "./outlet.ts";

/** What of the store of record streams is needed here. */
export interface StreamWriter {
  put(params: {
    readonly tenant: string;
    readonly name: string;
    readonly records: readonly { readonly partitionKey: string; readonly data: Uint8Array }[];
  }): Promise<unknown>;
}

/** Records of one invocation share a shard. */
export function createStreamOutlet(streams: StreamWriter): Outlet<"stream"> {
  return async ({ name }, { invocation: { tenant, id }, body }) => {
    await streams.put({ tenant, name, records: [{ partitionKey: id, data: Buffer.from(body) }] });
  };
}
