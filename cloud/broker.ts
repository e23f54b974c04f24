import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { Aedes } from "aedes";

export interface Broker {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * A broker of the cloud's own, for one machine: on loopback, without TLS and in memory. A client may write below its own
 * client id alone, and only the cloud, whose ids begin with `cloud`, may read. Anything more is Mosquitto's work.
 */
export async function startBroker({
  port = 0,
  topic,
  cloud,
}: {
  port?: number;
  topic: string;
  cloud: string;
}): Promise<Broker> {
  const aedes = await Aedes.createBroker();
  aedes.authorizePublish = (client, { topic: to }, done) =>
    done(client && to.startsWith(`${topic}/${client.id}/`) ? null : new Error(`${client?.id}: may not write ${to}`));
  aedes.authorizeSubscribe = (client, subscription, done) =>
    done(null, client.id.startsWith(cloud) ? subscription : null);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => sockets.delete(socket));
    aedes.handle(socket);
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
    },
  };
}
