import type { FunctionVersion } from "@sluice/core";
import { HttpClient } from "./http-client.ts";
import type { HeaderPairs } from "./request-headers.ts";
import type { TenantEgress } from "./tenant-egress.ts";

export interface WebHook {
  /** Whose egress rule and tenant apply. */
  readonly version: FunctionVersion;
  readonly url: string;
  readonly headers: HeaderPairs;
  readonly body: string;
}

const TIMEOUT_MS = 10_000;
const RESPONSE_BYTES_READ = 64 * 1024;

/** Requests that the platform makes for a function: to the hosts that the function itself may reach, and no others. */
export class WebHooks {
  readonly #egress: TenantEgress;
  readonly #client: HttpClient;

  constructor(egress: TenantEgress) {
    this.#egress = egress;
    this.#client = new HttpClient({ egress, silenceMs: TIMEOUT_MS });
  }

  /** @returns the status; redirects are not followed. @throws EgressDenied, or what the network did */
  async post({ version, url, headers, body }: WebHook): Promise<number> {
    const policy = await this.#egress.policyOf(version);
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const hop = { url: new URL(url), method: "POST", headers, body: Buffer.from(body) };
    const response = await this.#client.send(hop, "manual", { tenant: version.tenant, policy, signal, tls: undefined });
    await drain(response.body);
    return response.status;
  }

  async stop(): Promise<void> {
    await this.#client.stop();
  }
}

/** What is short is read, so that the connection can be used again; nobody wants the rest. */
async function drain(body: NodeJS.ReadableStream & { destroy(): void }): Promise<void> {
  let bytes = 0;
  try {
    for await (const chunk of body) {
      bytes += chunk.length;
      if (bytes > RESPONSE_BYTES_READ) break;
    }
  } catch {
    // The status has come, and it is all that counts.
  } finally {
    body.destroy();
  }
}
