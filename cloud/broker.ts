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
  /** Who takes what devices say. Without it everybody may write and read everything. */
  readonly taker?: Taker;
  /** Hears what clients publish. */
  readonly onMessage?: (topic: string, payload: Buffer) => void;
}

/** Devices write below `<topic>/<their client id>/` alone, and nobody reads. */
export interface Taker {
  readonly topic: string;
  /** A message is acknowledged once this resolves; when it rejects, the device is cut off, and sends it again. */
  take(device: string, name: string, payload: Uint8Array): Promise<void>;
}

/**
 * A broker for one machine: MQTT 3.1.1 in this process, on loopback, without TLS and in memory. Anything more is Mosquitto's
 * work. Rejects when the port is taken.
 */
export async function startBroker({ port = 0, taker, onMessage }: BrokerOptions = {}): Promise<Broker> {
  const aedes = await Aedes.createBroker();
  if (taker) {
    // aedes acknowledges a publish when it is authorised.
    aedes.authorizePublish = (client, { topic, payload }, done) => {
      const own = `${taker.topic}/${client?.id}/`;
      if (!client || !topic.startsWith(own)) return done(new Error(`${client?.id}: may not write ${topic}`));
      taker.take(client.id, topic.slice(own.length), Buffer.from(payload)).then(() => done(null), done);
    };
    aedes.authorizeSubscribe = (_, __, done) => done(null, null);
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
