/** Errors of connections carry what Node's do; programs branch on `code`. */
export interface SocketError extends Error {
  code: string;
  syscall?: string;
  address?: string;
  hostname?: string;
  port?: number;
}

const RESOLVER_CODES: ReadonlySet<string> = new Set(["ENOTFOUND", "EAI_AGAIN", "EAI_FAIL", "EAI_NODATA"]);

/** Turns the host's failure of a connection attempt into Node's error for it. */
export function connectError(failure: unknown, host: string, port: number): SocketError {
  const { code = "ECONNRESET", message } = failure as { code?: string; message: string };
  if (RESOLVER_CODES.has(code)) {
    const error = new Error(`getaddrinfo ${code} ${host}`);
    return Object.assign(error, { code, syscall: "getaddrinfo", hostname: host });
  }
  if (/^E[A-Z]+$/.test(code) && code !== "EPROTO") {
    const error = new Error(`connect ${code} ${host}:${port}`);
    return Object.assign(error, { code, syscall: "connect", address: host, port });
  }
  // A refusal of the platform's, or a fault of TLS: both explain themselves.
  return Object.assign(new Error(message), { code });
}

/** Turns the host's failure of a connection that stood into Node's error for it. */
export function streamError(failure: unknown, syscall: "read" | "write"): SocketError {
  const { code = "ECONNRESET", message } = failure as { code?: string; message: string };
  const text = /^E[A-Z]+$/.test(code) ? `${syscall} ${code}` : message;
  return Object.assign(new Error(text), { code, syscall });
}
