import { createServer } from "node:net";
import { ServerTCP } from "modbus-serial";

// A Modbus slave in a process of its own: prints {"port": N}, then for each coil written its running number from 0 and the time,
// "NUMBER NANOSECONDS" (CLOCK_MONOTONIC).
let coil = false;
let writes = 0;
const probe = createServer().listen(0, "127.0.0.1", () => {
  const { port } = probe.address() as { port: number };
  probe.close(() => {
    const server = new ServerTCP(
      {
        getCoil: async () => coil,
        setCoil: async (_address: number, value: boolean) => {
          process.stdout.write(`${writes++} ${process.hrtime.bigint()}\n`);
          coil = value;
        },
      },
      { host: "127.0.0.1", port },
    );
    server.on("initialized", () => process.stdout.write(`${JSON.stringify({ port })}\n`));
  });
});
process.stdin.on("end", () => process.exit(0)).resume();
