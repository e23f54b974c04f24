import modbus from "modbus-serial";

/** A Modbus TCP client that is not ours, for looking at a slave from outside. */
export async function connectModbus(port: number): Promise<InstanceType<typeof modbus.default>> {
  const client = new modbus.default();
  await client.connectTCP("127.0.0.1", { port });
  client.setID(1);
  return client;
}
