import { loadNodeEvents } from "../../lazy.ts";
import type { Emitter } from "../events/event-emitter.ts";
import { nodeError } from "../node-error.ts";

const { EventEmitter } = loadNodeEvents().events as unknown as { EventEmitter: new () => Emitter };

export interface AgentOptions {
  readonly keepAlive?: boolean;
  readonly maxSockets?: number;
  readonly maxTotalSockets?: number;
  readonly maxFreeSockets?: number;
  readonly timeout?: number;
  readonly [other: string]: unknown;
}

/** Accepted for its options: connections are the host's, kept alive and shared whatever an agent says. */
export class Agent extends EventEmitter {
  readonly options: AgentOptions;
  readonly keepAlive: boolean;
  maxSockets: number;
  maxTotalSockets: number;
  maxFreeSockets: number;
  readonly requests = {};
  readonly sockets = {};
  readonly freeSockets = {};
  readonly defaultPort: number = 80;
  readonly protocol: string = "http:";

  constructor(options: AgentOptions = {}) {
    super();
    this.options = { noDelay: true, path: null, ...options };
    this.keepAlive = options?.keepAlive === true;
    this.maxSockets = options?.maxSockets ?? Number.POSITIVE_INFINITY;
    this.maxTotalSockets = options?.maxTotalSockets ?? Number.POSITIVE_INFINITY;
    this.maxFreeSockets = options?.maxFreeSockets ?? 256;
  }

  getName(options: { host?: string; port?: number; localAddress?: string } = {}): string {
    return `${options.host ?? "localhost"}:${options.port ?? ""}:${options.localAddress ?? ""}`;
  }

  destroy(): void {}
}

export class SecureAgent extends Agent {
  override readonly defaultPort = 443;
  override readonly protocol = "https:";
}

/**
 * An agent that makes its own connections (to a proxy, over a Unix socket) would be passed over in silence.
 *
 * @throws saying so
 */
export function checkAgent(agent: unknown): AgentOptions {
  if (agent === undefined || agent === null || typeof agent === "boolean") return {};
  if (typeof agent !== "object") {
    const message = 'The "options.agent" property must be one of Agent-like Object, undefined, or false.';
    throw nodeError(TypeError, "ERR_INVALID_ARG_TYPE", message);
  }
  const { addRequest, createConnection, connect } = agent as Record<string, unknown>;
  if ([addRequest, createConnection, connect].some((method) => typeof method === "function")) {
    throw nodeError(
      Error,
      "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM",
      "This agent makes connections of its own, which a function's http and https do not use (a proxy agent?). " +
        "Leave the option 'agent' out: the platform makes the connections",
    );
  }
  return (agent as { options?: AgentOptions }).options ?? {};
}
