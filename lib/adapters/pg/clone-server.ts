import { identifier, literal } from "../../core/sql/quote.js";
import { type Clone, DatabaseError, type Session, type SessionOptions } from "../../ports/database.js";
import { extensionMaker } from "./allowed-extensions.js";
import { copySettings } from "./database-settings.js";
import { dropClone } from "./drop-clone.js";
import { type Containment, type Executor, type Executors, sweepExecutors } from "./executor.js";

/** A server on which databases are copied, whatever driver reaches it. */
export interface CloneServer {
  /** The database that is copied. */
  readonly database: string;
  /** The owner of the tenant's objects, if the login is another role. */
  readonly role: string | null;
  /** As the login, or as the executor of a clone. */
  open(database: string, options: SessionOptions, executor?: Executor): Promise<Session>;
  /** Extensions that a release may create on a clone, although they are not trusted. */
  readonly extensions?: ReadonlySet<string> | undefined;
  /** Who executes on the clones instead of a login that reaches beyond them; null if the login may. */
  readonly executors: Executors | null;
}

const ADMINISTRATION: SessionOptions = { purpose: "write", statementTimeout: 0, lockTimeout: 0, asLogin: true };

/** Marks clones: nothing without this comment is ever swept. */
const OURS = "made by schema-gate, and dropped again when its proof has ended";

/** The template for an empty database. */
export const EMPTY = "template0";

/** Creates a database from a template, replacing one of the same name that a killed run left. `locale`: more of CREATE DATABASE. */
export async function makeClone(
  server: CloneServer,
  name: string,
  template: string,
  locale: (guard: Session) => Promise<string> = async () => "",
): Promise<Clone> {
  const guard = await guarded(server, name);
  const drop = async () => {
    try {
      await dropClone(guard, name);
      await server.executors?.release(guard, name, openAs(server));
      // A busy server notices late that a session has ended, and a clone of the same name may be needed at once.
      await guard.query("select pg_advisory_unlock(hashtextextended($1, 0))", [lockOf(name)]);
    } finally {
      await guard.close();
    }
  };
  try {
    await dropClone(guard, name);
    const owner = await ownerFor(guard, server, template);
    await guard.query(`${createDatabase(name, template, owner, guard.serverVersion)}${await locale(guard)}`);
    await guard.query(`comment on database ${identifier(name)} is ${literal(OURS)}`);
    if (template !== EMPTY) {
      await copyGrants(guard, name, template);
      await copySettings(guard, name, template);
    }
    const { executors, role } = server;
    const toExecute = { name, template, role, open: openAs(server) };
    const { executor, uncontained } = (await executors?.prepare(guard, toExecute)) ?? AS_LOGIN;
    // Only what runs as the login elsewhere has the login's extensions here.
    const allowed = executor?.role === null ? server.extensions : undefined;
    const maker = allowed?.size ? { makeExtension: extensionMaker(() => openAs(server)(name), allowed) } : {};
    const open = async (options: SessionOptions) => {
      const session = await openOn(server, name, options, executor);
      return options.asLogin ? session : Object.assign(session, maker);
    };
    return { uncontained, open, drop };
  } catch (error) {
    await drop();
    throw inUse(server, error);
  }
}

/** Sessions of the login on any database of the server. */
function openAs(server: CloneServer): (database: string) => Promise<Session> {
  return (database) => server.open(database, ADMINISTRATION);
}

const AS_LOGIN: Containment = { executor: null, uncontained: null };

/** Sessions are ended by the login, which nobody on the clone can become. */
function openOn(
  server: CloneServer,
  name: string,
  options: SessionOptions,
  executor: Executor | null,
): Promise<Session> {
  return executor === null || options.asLogin ? server.open(name, options) : server.open(name, options, executor);
}

/**
 * Removes the clones whose names begin with `prefix` and whose process is gone, and returns their names. Throws `NotDropped` for a role of
 * ours that cannot be dropped, after everything else is gone.
 */
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
      await dropClone(session, name);
      swept.push(name);
    }
    await sweepExecutors(session, openAs(server));
    return swept;
  } finally {
    await session.close();
  }
}

/**
 * A session that holds the clone's name as long as the process lives: a clone whose name nobody holds was left by a killed process. On a
 * database that is nobody's template, since a template must have no connections.
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

/**
 * The owner of the tenant's database owns its copy, so that ownership is the same there. An empty database belongs to the role that the
 * release runs as. Null means the login, which then may not give it to anybody else.
 */
async function ownerFor(session: Session, { database, role }: CloneServer, template: string): Promise<string | null> {
  if (template === EMPTY && role !== null) return role;
  const [source] = await session.query<{ owner: string }>(
    `select pg_get_userbyid(datdba)::text as owner from pg_database
      where datname = $1 and pg_has_role(datdba, 'MEMBER')`,
    [template === EMPTY ? database : template],
  );
  return source?.owner ?? null;
}

/**
 * CREATE DATABASE does not copy grants on the database itself, and what a role may create decides whether the release runs. CONNECT stays
 * with everybody, since other roles of ours sign in to the clone.
 */
async function copyGrants(session: Session, name: string, template: string): Promise<void> {
  const grants = await session.query<{ sql: string }>(
    `select format('grant %s on database %I to %s', a.privilege_type, $2::text,
        case when a.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end) as sql
      from pg_database d, aclexplode(d.datacl) a
      where d.datname = $1 and a.privilege_type in ('CREATE', 'TEMPORARY') and a.grantee <> d.datdba`,
    [template, name],
  );
  const [source] = await session.query("select 1 from pg_database where datname = $1 and datacl is not null", [
    template,
  ]);
  if (!source) return;
  const revoke = `revoke create, temporary on database ${identifier(name)} from public`;
  await session.script([revoke, ...grants.map(({ sql }) => sql)].join("; "));
}

/** `STRATEGY` came with PostgreSQL 15, where the default copies block by block through the WAL. */
export function createDatabase(name: string, template: string, owner: string | null, version: number): string {
  const given = owner === null ? "" : ` owner ${identifier(owner)}`;
  const strategy = version >= 150_000 ? " strategy file_copy" : "";
  return `create database ${identifier(name)}${given} template ${identifier(template)}${strategy}`;
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
