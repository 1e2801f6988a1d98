import { type ConnectOptions, readConnectArguments } from "./connect-options.ts";
import { isIP, isIPv4, isIPv6 } from "./is-ip.ts";
import { refuseServer, serverClass } from "./refuse-server.ts";
import { Socket } from "./socket.ts";

function connect(...args: unknown[]): Socket {
  const [options] = readConnectArguments<ConnectOptions>(args);
  return new Socket(options).connect(...args);
}

/** `node:net`, its client side. */
export const net = {
  Socket,
  Stream: Socket,
  Server: serverClass("net.Server"),
  connect,
  createConnection: connect,
  createServer: () => refuseServer("net.createServer"),
  isIP,
  isIPv4,
  isIPv6,
  getDefaultAutoSelectFamily: () => true,
  setDefaultAutoSelectFamily: () => undefined,
  getDefaultAutoSelectFamilyAttemptTimeout: () => 250,
  setDefaultAutoSelectFamilyAttemptTimeout: () => undefined,
};
