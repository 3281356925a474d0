import { identifier, literal } from "../../core/sql/quote.js";
import { type Clone, DatabaseError, type Session, type SessionOptions } from "../../ports/database.js";

/** A server on which databases are copied, whatever driver reaches it. */
export interface CloneServer {
  /** The database that is copied. */
  readonly database: string;
  open(database: string, options: SessionOptions): Promise<Session>;
}

const ADMINISTRATION: SessionOptions = { purpose: "write", statementTimeout: 0, lockTimeout: 0 };

/** What a clone is told by: nothing without this comment is ever swept. */
const OURS = "made by schema-gate, and dropped again when its proof has ended";

/** Makes a database from a template, in the place of one of the same name that a killed run left. */
export async function makeClone(server: CloneServer, name: string, template: string): Promise<Clone> {
  const guard = await guarded(server, name);
  const drop = async () => {
    try {
      await guard.query(dropDatabase(name));
      // A busy server sees late that a session has ended, and a clone of the same name may be wanted at once.
      await guard.query("select pg_advisory_unlock(hashtextextended($1, 0))", [lockOf(name)]);
    } finally {
      await guard.close();
    }
  };
  try {
    await guard.query(dropDatabase(name));
    await guard.query(createDatabase(name, template, guard.serverVersion));
    await guard.query(`comment on database ${identifier(name)} is ${literal(OURS)}`);
  } catch (error) {
    await drop();
    throw inUse(server, error);
  }
  return { open: (options) => server.open(name, options), drop };
}

/** Removes the clones whose names begin with `prefix` and whose process is gone, and returns their names. */
export async function sweepClones(server: CloneServer, prefix: string): Promise<readonly string[]> {
  const session = await server.open("postgres", ADMINISTRATION);
  try {
    const rows = await session.query<{ name: string }>(
      `select datname as name from pg_database where starts_with(datname, $1)
        and shobj_description(oid, 'pg_database') = $2 order by 1`,
      [prefix, OURS],
    );
    const swept: string[] = [];
    for (const { name } of rows) {
      if (!(await hold(session, name))) continue;
      await session.query(dropDatabase(name));
      swept.push(name);
    }
    return swept;
  } finally {
    await session.close();
  }
}

/**
 * A session that holds the clone's name for as long as the process lives: a clone whose name nobody holds was left by one
 * that was killed. On a database that is no template of anything, since a template must have no connections.
 */
async function guarded(server: CloneServer, name: string): Promise<Session> {
  const guard = await server.open("postgres", ADMINISTRATION);
  try {
    if (await hold(guard, name)) return guard;
  } catch (error) {
    await guard.close();
    throw error;
  }
  await guard.close();
  throw new DatabaseError(`another process works on the clone ${name}`, "55006");
}

async function hold(session: Session, name: string): Promise<boolean> {
  const [row] = await session.query<{ held: boolean }>("select pg_try_advisory_lock(hashtextextended($1, 0)) as held", [
    lockOf(name),
  ]);
  return row?.held === true;
}

function lockOf(name: string): string {
  return `schema-gate clone ${name}`;
}

function dropDatabase(name: string): string {
  return `drop database if exists ${identifier(name)} with (force)`;
}

/** `STRATEGY` came with PostgreSQL 15, where the default copies block by block through the WAL. */
function createDatabase(name: string, template: string, version: number): string {
  const strategy = version >= 150_000 ? " strategy file_copy" : "";
  return `create database ${identifier(name)} template ${identifier(template)}${strategy}`;
}

/** SQLSTATE object_in_use, and what to do about it. */
function inUse(server: CloneServer, error: unknown): unknown {
  if (!(error instanceof DatabaseError) || error.code !== "55006") return error;
  return new DatabaseError(
    `${error.message}: ${literal(server.database)} cannot be copied while others are connected; name a staging server in the config`,
    error.code,
    error.detail,
    error,
  );
}
