import type { Server } from "node:http";

/**
 * A test's server, with every connection to it. A browser or a client may hold one open that has sent no request: a server that closes
 * waits for it without end.
 */
export async function closed(server: Pick<Server, "close" | "closeAllConnections">): Promise<void> {
  const done = new Promise<void>((resolve) => void server.close(() => resolve()));
  server.closeAllConnections();
  await done;
}
