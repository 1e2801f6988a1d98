import { refuseServer, serverClass } from "../net/refuse-server.ts";
import { Agent, SecureAgent } from "./agent.ts";
import { ClientRequest } from "./client-request.ts";
import { IncomingMessage } from "./incoming-message.ts";
import { validateHeaderName, validateHeaderValue } from "./outgoing-headers.ts";
import { METHODS, STATUS_CODES } from "./status-codes.ts";

type Protocol = "http:" | "https:";

function client(protocol: Protocol, globalAgent: Agent): Record<string, unknown> {
  const name = protocol.slice(0, -1);
  const request = (...args: unknown[]): ClientRequest => new ClientRequest(protocol, args);
  return {
    request,
    get: (...args: unknown[]): ClientRequest => {
      const made = request(...args);
      made.end();
      return made;
    },
    Agent: protocol === "https:" ? SecureAgent : Agent,
    globalAgent,
    Server: serverClass(`${name}.Server`),
    createServer: () => refuseServer(`${name}.createServer`),
  };
}

/** `node:http`, its client side. */
export const http = {
  ...client("http:", new Agent({ keepAlive: true })),
  ClientRequest: class extends ClientRequest {
    constructor(...args: unknown[]) {
      super("http:", args);
    }
  },
  IncomingMessage,
  OutgoingMessage: serverClass("http.OutgoingMessage"),
  ServerResponse: serverClass("http.ServerResponse"),
  METHODS,
  STATUS_CODES,
  maxHeaderSize: 32_768,
  validateHeaderName,
  validateHeaderValue,
  setMaxIdleHTTPParsers: () => undefined,
};

/** `node:https`, its client side. */
export const https = client("https:", new SecureAgent({ keepAlive: true }));
