import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";

/**
 * Ends a connection by reset (RST, RFC 9293 3.10.5), so that the kernel throws away what it has not delivered. A plain
 * close would go on retransmitting it, and an order long dead would be carried out when the network is back. Node cannot
 * reset a TLS connection; there a receiver has to go by `expiresAt`.
 */
export function sever(connection: Duplex): void {
  if (connection instanceof Socket && !(connection instanceof TLSSocket)) connection.resetAndDestroy();
  else connection.destroy();
}
