import { createServer, type Socket } from "node:net";

/** Takes connections and never says a word. */
export interface SilentServer {
  readonly port: number;
  /** Resolves when somebody has connected. */
  readonly reached: Promise<void>;
  stop(): void;
}

export function startSilentServer(): Promise<SilentServer> {
  const sockets: Socket[] = [];
  const server = createServer();
  const reached = new Promise<void>((resolve) => {
    server.on("connection", (socket) => {
      socket.on("error", () => {});
      sockets.push(socket);
      resolve();
    });
  });
  const stop = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve({ port: typeof address === "object" && address ? address.port : 0, reached, stop });
    });
  });
}
