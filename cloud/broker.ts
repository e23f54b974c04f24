import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { Aedes } from "aedes";

export interface Broker {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

export interface BrokerOptions {
  /** 0 picks a free one. */
  readonly port?: number;
  /**
   * A client may write below `<topic>/<its client id>/` alone, and only clients whose ids begin with `cloud` may read. Without
   * it everybody may do everything.
   */
  readonly rules?: { readonly topic: string; readonly cloud: string };
  /** Hears what clients publish. */
  readonly onMessage?: (topic: string, payload: Buffer) => void;
}

/**
 * A broker for one machine: MQTT 3.1.1 in this process, on loopback, without TLS and in memory. Anything more is Mosquitto's
 * work. Rejects when the port is taken.
 */
export async function startBroker({ port = 0, rules, onMessage }: BrokerOptions = {}): Promise<Broker> {
  const aedes = await Aedes.createBroker();
  if (rules) {
    const { topic, cloud } = rules;
    aedes.authorizePublish = (client, { topic: to }, done) =>
      done(client && to.startsWith(`${topic}/${client.id}/`) ? null : new Error(`${client?.id}: may not write ${to}`));
    aedes.authorizeSubscribe = (client, subscription, done) =>
      done(null, client.id.startsWith(cloud) ? subscription : null);
  }
  aedes.on("publish", (packet, client) => {
    // What the broker itself says ($SYS) has no client.
    if (client !== null) onMessage?.(packet.topic, Buffer.from(packet.payload));
  });
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => sockets.delete(socket));
    aedes.handle(socket);
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `mqtt://127.0.0.1:${bound}`,
    port: bound,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
    },
  };
}
