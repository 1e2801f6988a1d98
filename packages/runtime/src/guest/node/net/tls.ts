import type { SocketReport } from "@sluice/core";
import { nodeError } from "../node-error.ts";
import { checkServerIdentity, type Certificate } from "./server-identity.ts";
import { type ConnectOptions, readConnectArguments, readDestination } from "./connect-options.ts";
import { isIP } from "./is-ip.ts";
import { refuseServer, serverClass } from "./refuse-server.ts";
import { type SecureOptions, tlsHead } from "./secure-context.ts";
import { connectError } from "./socket-error.ts";
import { Socket } from "./socket.ts";

type Options = ConnectOptions & SecureOptions & { readonly socket?: unknown };

/** A connection over which the host speaks TLS: here it carries plain bytes. */
class TLSSocket extends Socket {
  readonly encrypted = true;
  authorized = false;
  authorizationError: string | null = null;
  alpnProtocol: string | false = false;
  servername: string | false = false;

  /** Connects anew, or goes on with the connection of a socket that spoke plain text so far. */
  start(options: Options): this {
    const over = options.socket;
    const { host, port } =
      over === undefined
        ? readDestination(options)
        : { host: options.host ?? "localhost", port: Number(options.port) || 0 };
    const servername = options.servername ?? (isIP(host) === 0 ? host : undefined);
    const tls = tlsHead(options, servername);
    this.servername = servername ?? false;
    if (options.timeout) this.setTimeout(options.timeout);
    this.connecting = true;
    const opened =
      over === undefined
        ? this.begin().open({ ...readDestination(options), tls })
        : this.#takeOver(over).then((socket) => socket.secure(tls));
    opened.then(
      (report) => this.#secured(report, options, servername ?? host),
      (failure: unknown) => this.destroy(connectError(failure, host, port)),
    );
    return this;
  }

  getPeerCertificate(): object {
    return this.report?.tls?.certificate ?? {};
  }

  getProtocol(): string | null {
    return this.report?.tls?.protocol ?? null;
  }

  getCipher(): object {
    const name = this.report?.tls?.cipher ?? "";
    return { name, standardName: name, version: this.getProtocol() };
  }

  getSession(): undefined {
    return undefined;
  }

  isSessionReused(): boolean {
    return false;
  }

  setServername(): void {}

  setMaxSendFragment(): boolean {
    return true;
  }

  disableRenegotiation(): void {}

  async #takeOver(over: unknown): Promise<ReturnType<Socket["begin"]>> {
    if (!(over instanceof Socket)) {
      const message = "tls.connect: the option 'socket' must be a net.Socket of this function, not another stream";
      throw nodeError(TypeError, "ERR_INVALID_ARG_VALUE", message);
    }
    if (over.pending) {
      await new Promise<void>((resolve, reject) => {
        over.once("connect", () => resolve());
        over.once("error", reject);
        over.once("close", () => reject(nodeError(Error, "ECONNRESET", "the socket is closed")));
      });
    }
    const host = over.release();
    if (host === undefined) throw nodeError(Error, "EPIPE", "the socket is closed");
    over.once("close", () => this.destroy());
    this.once("close", () => over.destroy());
    return this.begin(host);
  }

  #secured(report: SocketReport, options: Options, host: string): void {
    const { tls } = report;
    const check = options.checkServerIdentity;
    const refusal = check === undefined ? undefined : check(host, tls?.certificate);
    if (refusal !== undefined && options.rejectUnauthorized !== false) {
      this.destroy(refusal);
      return;
    }
    this.authorized = tls?.authorized === true && refusal === undefined;
    this.authorizationError = tls?.authorizationError ?? null;
    this.alpnProtocol = tls?.alpn ?? false;
    this.established(report, ["connect", "ready", "secureConnect", "secure"]);
  }
}

function connect(...args: unknown[]): TLSSocket {
  const [first, callback] = readConnectArguments<Options>(args);
  // `(port, host, options, cb)` is a form of its own here.
  const more = args.slice(1).find((arg) => typeof arg === "object" && arg !== null);
  const options = { ...first, ...more };
  const socket = new TLSSocket(options);
  if (callback !== undefined) socket.once("secureConnect", callback);
  return socket.start(options);
}

/** `node:tls`, its client side. Certificates are checked by the host, against the authorities that Node trusts. */
export const tls = {
  TLSSocket,
  connect,
  checkServerIdentity: (host: string, certificate: Certificate) => checkServerIdentity(host, certificate),
  createSecureContext: (options: SecureOptions = {}) => ({ options, context: {} }),
  createServer: () => refuseServer("tls.createServer"),
  Server: serverClass("tls.Server"),
  getCiphers: (): string[] => [],
  rootCertificates: [] as string[],
  DEFAULT_MIN_VERSION: "TLSv1.2",
  DEFAULT_MAX_VERSION: "TLSv1.3",
  DEFAULT_ECDH_CURVE: "auto",
};
