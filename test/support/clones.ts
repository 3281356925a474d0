import { randomUUID } from "node:crypto";
import { openSession } from "../../lib/adapters/pg/connection.js";
import { identifier } from "../../lib/core/sql/quote.js";
import type { Clone } from "../../lib/ports/database.js";
import { type Major, onServer, serverUrl } from "./postgres.js";

/** Clones of a test database, and the names of those that are still there. */
export function cloning(major: Major, template: string) {
  const names = new Set<string>();
  const makeClone = async (): Promise<Clone> => {
    const name = `clone_${randomUUID().replaceAll("-", "")}`;
    await onServer(major, `create database ${identifier(name)} template ${identifier(template)}`);
    names.add(name);
    const { hostname, port, username, password } = new URL(serverUrl(major));
    const endpoint = { host: hostname, port: Number(port), database: name, user: username, password, tls: false };
    return {
      uncontained: null,
      open: (options) => openSession(endpoint, options),
      drop: async () => {
        await onServer(major, `drop database if exists ${identifier(name)} with (force)`);
        names.delete(name);
      },
    };
  };
  return { makeClone, left: names };
}
