import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { Aedes } from "aedes";

export interface DemoBroker {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

export interface BrokerOptions {
  /** 0 picks a free one. */
  port?: number;
  /** Hears what clients publish. */
  onMessage?: (topic: string, payload: Buffer) => void;
}

/** An MQTT 3.1.1 broker in this process, on loopback, without accounts. Rejects when the port is taken. */
export async function startBroker({ port = 0, onMessage }: BrokerOptions = {}): Promise<DemoBroker> {
  const aedes = await Aedes.createBroker();
  aedes.on("publish", (packet, client) => {
    // What the broker itself says ($SYS) has no client.
    if (client !== null) onMessage?.(packet.topic, Buffer.from(packet.payload));
  });
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
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
