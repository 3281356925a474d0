import { chmodSync, rmSync } from "node:fs";
import { join } from "node:path";
import { startEmbeddedServer } from "../adapters/local/embedded-server.js";
import { ownScratchDirectory } from "../adapters/local/scratch-directory.js";
import type { Endpoint } from "../adapters/pg/connection.js";
import { EndpointError, endpointOf } from "../adapters/pg/endpoint.js";
import { UsageError } from "./usage-error.js";

/** A server to make scratch databases on. */
export interface ProveServer {
  readonly endpoint: Endpoint;
  /** For a person: `embedded`, or the host. */
  readonly name: string;
  stop(): Promise<void>;
}

/** Room for the server's own files and a few copies of a schema. */
const BYTES = 400 * 2 ** 20;

/** The server behind a URL, or our own, which is gone when the proof ends. Throws `UsageError`. */
export async function openServer(url: string | null): Promise<ProveServer> {
  if (url !== null) {
    try {
      const endpoint = endpointOf(url, { password: process.env.PGPASSWORD });
      return { endpoint, name: `${endpoint.host}:${endpoint.port}`, stop: async () => {} };
    } catch (error) {
      if (error instanceof EndpointError) throw new UsageError(`--url: ${error.message}.`);
      throw error;
    }
  }
  const directory = ownScratchDirectory("schema-gate-prove-", BYTES);
  const remove = () => rmSync(directory, { recursive: true, force: true });
  chmodSync(directory, 0o755);
  const server = await startEmbeddedServer({ directory: join(directory, "server") }).catch((error) => {
    remove();
    throw error;
  });
  const { host, port, user, password } = server;
  return {
    endpoint: { host, port, user, password, database: "postgres", tls: false },
    name: "embedded PostgreSQL 18",
    stop: async () => {
      await server.stop();
      remove();
    },
  };
}
