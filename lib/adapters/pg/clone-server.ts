import { identifier, literal } from "../../core/sql/quote.js";
import { type Clone, DatabaseError, type Session, type SessionOptions } from "../../ports/database.js";

/** A server on which databases are copied, whatever driver reaches it. */
export interface CloneServer {
  /** The database that is copied. */
  readonly database: string;
  open(database: string, options: SessionOptions): Promise<Session>;
}

const ADMINISTRATION: SessionOptions = { purpose: "write", statementTimeout: 0, lockTimeout: 0 };

/** Makes a database from a template, in the place of one of the same name that a killed run left. */
export async function makeClone(server: CloneServer, name: string, template: string): Promise<Clone> {
  await administer(server, [
    `drop database if exists ${identifier(name)} with (force)`,
    `create database ${identifier(name)} template ${identifier(template)} strategy file_copy`,
  ]);
  return {
    open: (options) => server.open(name, options),
    drop: () => administer(server, [`drop database if exists ${identifier(name)} with (force)`]),
  };
}

/** Removes every database whose name begins with `prefix`, and returns their names. */
export function sweepClones(server: CloneServer, prefix: string): Promise<readonly string[]> {
  return withAdministrator(server, async (session) => {
    const pattern = `${prefix.replace(/[\\%_]/g, "\\$&")}%`;
    const rows = await session.query<{ name: string }>(
      "select datname as name from pg_database where datname like $1 order by 1",
      [pattern],
    );
    for (const { name } of rows) await session.query(`drop database if exists ${identifier(name)} with (force)`);
    return rows.map((row) => row.name);
  });
}

async function administer(server: CloneServer, statements: readonly string[]): Promise<void> {
  await withAdministrator(server, async (session) => {
    for (const statement of statements) await session.query(forVersion(statement, session.serverVersion));
  });
}

/** `STRATEGY` came with PostgreSQL 15, where the default copies block by block through the WAL. */
function forVersion(statement: string, version: number): string {
  return version >= 150_000 ? statement : statement.replace(/ strategy file_copy$/, "");
}

/** A session on a database that is no template of anything, since a template must have no connections. */
async function withAdministrator<T>(server: CloneServer, work: (session: Session) => Promise<T>): Promise<T> {
  const session = await server.open("postgres", ADMINISTRATION);
  try {
    return await work(session);
  } catch (error) {
    if (error instanceof DatabaseError && error.code === "55006") {
      throw new DatabaseError(
        `${error.message}: ${literal(server.database)} cannot be copied while others are connected; name a staging server in the config`,
        error.code,
        error.detail,
        error,
      );
    }
    throw error;
  } finally {
    await session.close();
  }
}
