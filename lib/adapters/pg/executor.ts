import { randomBytes } from "node:crypto";
import { digest } from "../../core/json.js";
import { identifier, literal } from "../../core/sql/quote.js";
import type { Session } from "../../ports/database.js";
import { scramVerifier } from "./scram-verifier.js";
import { toExecutor } from "./to-executor.js";

/** A login of ours that executes on clones what a release says, and the role that it does so as; null for itself. */
export interface Executor {
  readonly user: string;
  readonly password: string;
  readonly role: string | null;
}

/** Roles of ours bear it: nothing without it is ever dropped. */
const EXECUTOR_COMMENT = "made by schema-gate to execute on clones, and dropped with the last of them";

const NAMED = "schema_gate_executor_";

/** Its sessions: the one that executes, a watch, a killed one and its successor on each of several clones. */
const CONNECTIONS = 64;

/** A release that writes temporary files without end stops here, and cannot lift the limit, which only a superuser sets. */
const TEMPORARY_FILES = "20GB";

/** What an executor needs of the server on which a clone was just made. */
export interface CloneToExecute {
  readonly name: string;
  readonly template: string;
  /** The role that the config or the registry names. */
  readonly role: string | null;
  /** A session of the login on the clone itself. */
  open(): Promise<Session>;
}

/**
 * The executors of one process, one for each role that they run as: what a release does on a clone is not done by a superuser. Only a superuser's
 * sessions need one; any other login has nothing to hand over.
 */
export class Executors {
  private readonly own = randomBytes(8).toString("hex");
  private readonly password = randomBytes(24).toString("hex");
  private readonly byClone = new Map<string, Executor>();
  /** Clones are made side by side: two at once would make one role twice, or grant it the same membership twice. */
  private turn: Promise<unknown> = Promise.resolve();

  /** `guard`: the session that holds the clone while it lives; it holds the executor as well. Null where the login is no superuser. */
  async prepare(guard: Session, clone: CloneToExecute): Promise<Executor | null> {
    const [facts] = await guard.query<{ superuser: boolean; owner: string; lesser: boolean }>(
      `select me.rolsuper as superuser, o.rolname::text as owner, not o.rolsuper as lesser
        from pg_roles me, pg_database d join pg_roles o on o.oid = d.datdba where me.rolname = session_user and d.datname = $1`,
      [clone.name],
    );
    if (facts?.superuser !== true) return null;
    const executor =
      this.byClone.get(clone.template) ?? this.executorAs(clone.role ?? (facts.lesser ? facts.owner : null));
    await hold(guard, executor.user);
    await this.inTurn(async () => {
      await make(guard, executor);
      if (executor.role === null && !this.byClone.has(clone.template)) await handOver(clone, executor);
    });
    this.byClone.set(clone.name, executor);
    return executor;
  }

  /** With the last of its clones the executor goes. */
  async release(guard: Session, clone: string): Promise<void> {
    const executor = this.byClone.get(clone);
    this.byClone.delete(clone);
    if (executor) await dropWhenFree(guard, executor.user, true);
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.turn.then(work);
    this.turn = done.catch(() => {});
    return done;
  }

  private executorAs(role: string | null): Executor {
    const part = digest(role).slice(0, 8);
    return { user: `${NAMED}${this.own}_${part}`, password: this.password, role };
  }
}

async function make(guard: Session, { user, password, role }: Executor): Promise<void> {
  const there = await guard.query("select 1 from pg_roles where rolname = $1", [user]);
  if (there.length > 0) return;
  const name = identifier(user);
  // Several statements at once are one transaction, and leave none behind when one fails.
  await guard.script(
    [
      `create role ${name} login password ${literal(scramVerifier(password))} nosuperuser nocreatedb nocreaterole noreplication ${role === null ? "bypassrls" : "nobypassrls"} connection limit ${CONNECTIONS}`,
      `alter role ${name} set temp_file_limit = ${literal(TEMPORARY_FILES)}`,
      `comment on role ${name} is ${literal(EXECUTOR_COMMENT)}`,
      ...(role === null ? [] : [`grant ${identifier(role)} to ${name}`]),
    ].join("; "),
  );
}

/** A clone of what a superuser owns is handed over whole, since nobody may become the superuser. */
async function handOver({ name, open }: CloneToExecute, { user }: Executor): Promise<void> {
  const session = await open();
  try {
    await toExecutor(session, name, user);
  } finally {
    await session.close();
  }
}

/** Drops what killed processes left: roles that no session holds. */
export async function sweepExecutors(session: Session): Promise<void> {
  const rows = await session.query<{ name: string }>(
    `select rolname::text as name from pg_roles where starts_with(rolname, $1) and shobj_description(oid, 'pg_authid') = $2
      and (select rolsuper from pg_roles where rolname = session_user)`,
    [NAMED, EXECUTOR_COMMENT],
  );
  for (const { name } of rows) await dropWhenFree(session, name, false);
}

async function hold(guard: Session, user: string): Promise<void> {
  await guard.query("select pg_advisory_lock_shared(hashtextextended($1, 0))", [user]);
}

async function dropWhenFree(session: Session, user: string, held: boolean): Promise<void> {
  if (held) await session.query("select pg_advisory_unlock_shared(hashtextextended($1, 0))", [user]);
  const [row] = await session.query<{ free: boolean }>("select pg_try_advisory_lock(hashtextextended($1, 0)) as free", [
    user,
  ]);
  if (row?.free !== true) return;
  try {
    await session.query(`drop role if exists ${identifier(user)}`);
  } finally {
    await session.query("select pg_advisory_unlock(hashtextextended($1, 0))", [user]);
  }
}
