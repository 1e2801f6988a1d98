/**
 * What the host calls for the network say, as JSON. The guest chooses the numbers of its exchanges and sockets, so that
 * it can give one up before the host has answered; they mean something inside its own environment only.
 */
export interface HttpRequestHead {
  readonly exchange: number;
  readonly url: string;
  readonly method: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly redirect: "follow" | "manual" | "error";
  /** `follows`: the body comes by `http.write`, and `http.end` completes it; `whole`: all of it is here, or there is none. */
  readonly body: "whole" | "follows";
  /** The response's body as it travels, without decoding its Content-Encoding. */
  readonly raw: boolean;
  /** For HTTPS with certificates of one's own: a connection of its own. */
  readonly tls?: TlsHead;
}

export interface HttpResponseHead {
  readonly status: number;
  readonly statusText: string;
  /** As received: order, case and repetitions. */
  readonly headers: readonly (readonly [string, string])[];
  /** Final address after redirects. */
  readonly url: string;
  readonly redirected: boolean;
  /** The rest of the body comes by `http.read`. */
  readonly more: boolean;
}

export interface TlsHead {
  readonly servername?: string;
  readonly alpn?: readonly string[];
  /** PEM. */
  readonly ca?: readonly string[];
  readonly cert?: string;
  readonly key?: string;
  readonly rejectUnauthorized: boolean;
  /** False: the guest judges by itself whether the certificate names the right host. */
  readonly checkHost: boolean;
  readonly minVersion?: string;
  readonly maxVersion?: string;
}

export interface SocketOpenHead {
  readonly socket: number;
  readonly host: string;
  readonly port: number;
  readonly family: 0 | 4 | 6;
  readonly tls: TlsHead | null;
}

export interface TlsUpgradeHead {
  readonly socket: number;
  readonly tls: TlsHead;
}

export interface SocketReport {
  readonly remoteAddress: string;
  readonly remoteFamily: string;
  readonly remotePort: number;
  readonly tls: {
    readonly alpn: string | false;
    readonly authorized: boolean;
    readonly authorizationError: string | null;
    readonly protocol: string | null;
    readonly cipher: string;
    /** What `getPeerCertificate` tells, without the certificates themselves. */
    readonly certificate: Readonly<Record<string, unknown>>;
  } | null;
}

export interface SocketOptionsHead {
  readonly socket: number;
  readonly noDelay?: boolean;
  readonly keepAlive?: boolean;
  readonly keepAliveDelayMs?: number;
}

export interface DnsQuestion {
  readonly host: string;
  readonly type: "lookup" | "A" | "AAAA" | "CNAME" | "MX" | "NS" | "PTR" | "SRV" | "TXT";
  readonly family: 0 | 4 | 6;
}

export interface DnsAnswer {
  /** Of `lookup`: `{ address, family }[]`; else what Node's resolver gives. */
  readonly records: readonly unknown[];
}

export interface WebSocketOpenHead {
  readonly socket: number;
  readonly url: string;
  readonly protocols: readonly string[];
}

export interface WebSocketReport {
  readonly protocol: string;
  readonly extensions: string;
}

export type WebSocketMessage =
  | { readonly type: "text" | "binary" }
  | { readonly type: "close"; readonly code: number; readonly reason: string; readonly wasClean: boolean };

export interface WebSocketCloseHead {
  readonly socket: number;
  readonly code?: number;
  readonly reason?: string;
  /** Nobody waits for the other side's close frame. */
  readonly abandon?: boolean;
}
