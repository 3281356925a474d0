import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { onTestFinished } from "vitest";

/** A server that asks whoever connects for a password in the clear, and what it was told. It lives as long as the test. */
export async function asksForPassword(): Promise<{ readonly port: number; readonly told: () => string }> {
  const told: string[] = [];
  const server = createServer((socket) => {
    // AuthenticationCleartextPassword.
    socket.once("data", () => socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3])));
    socket.on("data", (data) => told.push(data.toString("latin1")));
    socket.on("error", () => {});
    setTimeout(() => socket.destroy(), 500);
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, told: () => told.join("") };
}
