import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import { createServer, type Http2ServerRequest, type Http2ServerResponse, type ServerHttp2Session } from "node:http2";
import type { Socket } from "node:net";

/** What the parser of HTTP/1 says when a connection opens with the preface of HTTP/2. */
const PREFACE = "HPE_PAUSED_H2_UPGRADE";
const STREAMS_MAX = 128;
const IDLE_MS = 65_000;

const STATUS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  HPE_CHUNK_EXTENSIONS_OVERFLOW: "413 Payload Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

interface ClientError extends Error {
  readonly code?: string;
  readonly rawPacket?: Buffer;
}

/**
 * HTTP/2 without TLS on the port of HTTP/1, for clients that speak it from the first byte on: AWS' client of Kinesis for
 * JavaScript speaks nothing else. Other connections do not notice. Answers a function that lets the sessions end once
 * their requests have; `server.closeAllConnections` cuts them off.
 */
export function acceptHttp2(server: Server, listener: RequestListener): () => void {
  const sessions = new Set<ServerHttp2Session>();
  const taken = new WeakSet<Socket>();
  const inner = createServer(
    { settings: { maxConcurrentStreams: STREAMS_MAX } },
    (request: Http2ServerRequest, response: Http2ServerResponse) => {
      // `host`, which HTTP/2 names otherwise. Signatures are made over either.
      if (request.headers.host === undefined) {
        request.headers.host = request.authority;
        request.rawHeaders.push("host", request.authority);
      }
      listener(request as unknown as IncomingMessage, response as unknown as ServerResponse);
    },
  );
  inner.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
    session.setTimeout(IDLE_MS, () => session.close());
  });
  // A client that breaks the protocol ends its own session.
  inner.on("sessionError", (_error, session) => session.destroy());

  server.on("clientError", (error: ClientError, socket) => {
    const connection = socket as Socket;
    // The first parser's clock still runs; the connection is not its own any more.
    if (taken.has(connection)) return;
    if (error.code !== PREFACE || error.rawPacket === undefined) {
      refuse(error, connection);
      return;
    }
    taken.add(connection);
    handOver(connection, error.rawPacket);
    inner.emit("connection", connection);
  });
  return () => {
    for (const session of sessions) session.close();
  };
}

/** Gives back what the parser of HTTP/1 took, and takes its hands off the connection. */
function handOver(socket: Socket, taken: Buffer): void {
  // A listener of data makes Node hand the bytes to JavaScript again, instead of straight to the parser.
  socket.on("data", () => undefined);
  for (const event of ["data", "end", "drain", "error", "timeout", "pause", "resume"]) socket.removeAllListeners(event);
  socket.pause();
  socket.setTimeout(0);
  socket.unshift(taken);
}

/** As Node does by itself when nobody listens. */
function refuse(error: ClientError, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  const status = STATUS[error.code ?? ""] ?? "400 Bad Request";
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`);
}
