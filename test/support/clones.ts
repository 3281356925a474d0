import { randomUUID } from "node:crypto";
import { openSession } from "../../lib/adapters/pg/connection.js";
import { identifier } from "../../lib/core/sql/quote.js";
import type { Clone } from "../../lib/ports/database.js";
import { type Major, onServer, serverUrl } from "./postgres.js";

/** Clones of a test database, the names of those that are still there, how many were made, and the milliseconds that making and dropping them took. */
export function cloning(major: Major, template: string) {
  const names = new Set<string>();
  const spent = { ms: 0, clones: 0 };
  const timed = async (sql: string) => {
    const start = performance.now();
    await onServer(major, sql);
    spent.ms += performance.now() - start;
  };
  const makeClone = async (): Promise<Clone> => {
    const name = `clone_${randomUUID().replaceAll("-", "")}`;
    await timed(`create database ${identifier(name)} template ${identifier(template)}`);
    names.add(name);
    spent.clones++;
    const { hostname, port, username, password } = new URL(serverUrl(major));
    const endpoint = { host: hostname, port: Number(port), database: name, user: username, password, tls: false };
    return {
      uncontained: null,
      open: (options) => openSession(endpoint, options),
      drop: async () => {
        await timed(`drop database if exists ${identifier(name)} with (force)`);
        names.delete(name);
      },
    };
  };
  return { makeClone, left: names, spent };
}
