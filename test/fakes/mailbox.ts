import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  /** Header and body as they came. */
  readonly text: string;
}

/** A mail server on loopback (RFC 5321, the least of it) that keeps what is sent. */
export class Mailbox {
  readonly mails: Mail[] = [];
  /** Its answer to the recipient; 250 takes it. */
  recipient = "250 ok";
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
    server.on("connection", (socket) => this.#serve(socket));
  }

  static async start(): Promise<Mailbox> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Mailbox(server);
  }

  get url(): string {
    return `smtp://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => {});
    const say = (line: string) => socket.write(`${line}\r\n`);
    let mail = { from: "", to: [] as string[] };
    let buffered = "";
    let inData = false;
    const address = (line: string) => /<(.*)>/.exec(line)?.[1] ?? "";
    const command = (line: string) => {
      const verb = line.slice(0, 4).toUpperCase();
      if (verb === "MAIL") mail = { from: address(line), to: [] };
      if (verb === "RCPT") {
        if (this.recipient.startsWith("2")) mail.to.push(address(line));
        return say(this.recipient);
      }
      if (verb === "DATA") {
        inData = true;
        return say("354 go on");
      }
      say(verb === "QUIT" ? "221 bye" : "250 ok");
    };
    socket.on("data", (chunk) => {
      buffered += chunk.toString();
      for (;;) {
        const end = buffered.indexOf(inData ? "\r\n.\r\n" : "\r\n");
        if (end < 0) return;
        const part = buffered.slice(0, end);
        buffered = buffered.slice(end + (inData ? 5 : 2));
        if (inData) {
          this.mails.push({ ...mail, text: part });
          inData = false;
          say("250 kept");
        } else command(part);
      }
    });
    say("220 mailbox");
  }
}
