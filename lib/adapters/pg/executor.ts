import { randomBytes } from "node:crypto";
import { digest } from "../../core/json.js";
import { identifier, literal } from "../../core/sql/quote.js";
import { DatabaseError, type Session, type Uncontained } from "../../ports/database.js";
import { type Setting, setForRole, settingsOfLogin } from "./database-settings.js";
import { dropExecutor, type Open } from "./drop-executor.js";
import { scramVerifier } from "./scram-verifier.js";
import { toExecutor } from "./to-executor.js";
import { refusedTo, whoExecutes } from "./who-executes.js";

/** A login of ours that executes a release's statements on clones, and the role that it executes as; null for itself. */
export interface Executor {
  readonly user: string;
  readonly password: string;
  readonly role: string | null;
}

/** Marks roles of ours: none without it is ever dropped. */
const EXECUTOR_COMMENT = "made by schema-gate to execute on clones, and dropped with the last of them";

const NAMED = "schema_gate_executor_";

/** SQLSTATE insufficient_privilege. */
const NOT_ALLOWED = "42501";

/** Its sessions: the executing one, a watch, a killed one and its successor, on each of several clones. */
const CONNECTIONS = 64;

/**
 * A release that writes temporary files without end stops here, and cannot lift the limit. If the login may not set it, the server's own
 * limit stays.
 */
const TEMPORARY_FILES = "20GB";
const OF_TEMPORARY_FILES = "temp_file_limit";

/** For a program's own sessions; ours set their limits themselves. A session may set its own memory, so a limit on that would not hold. */
const LIMITS = { statement_timeout: "12h", idle_in_transaction_session_timeout: "1h" } as const;

const LIMITED: ReadonlySet<string> = new Set([OF_TEMPORARY_FILES, ...Object.keys(LIMITS)]);

/** What an executor needs to know about the server on which a clone was just made. */
export interface CloneToExecute {
  readonly name: string;
  readonly template: string;
  /** The role that the config or the registry names. */
  readonly role: string | null;
  /** A session of the login on a database of the server. */
  readonly open: Open;
}

/** Who executes on a clone: the login if `executor` is null, and then perhaps with rights that reach beyond the clone. */
export interface Containment {
  readonly executor: Executor | null;
  readonly uncontained: Uncontained | null;
}

/**
 * The executors of one process, one for each role that they run as and each set of settings that the login has in a tenant: no release runs on a clone as a login that reaches beyond it. Any other
 * login has nothing to hand over.
 */
export class Executors {
  private own = randomBytes(8).toString("hex");
  private readonly password = randomBytes(24).toString("hex");
  private readonly byClone = new Map<string, Executor>();
  /** Clones are made in parallel: two at once would create one role twice, or grant it the same membership twice. */
  private turn: Promise<unknown> = Promise.resolve();

  /** `guard`: the session that holds the clone while it lives; it holds the executor as well. */
  async prepare(guard: Session, clone: CloneToExecute): Promise<Containment> {
    const known = this.byClone.get(clone.template);
    const who = known ? null : await whoExecutes(guard, clone.name, clone.role);
    if (who?.kind === "login") return { executor: null, uncontained: null };
    if (who?.kind === "uncontained") return { executor: null, uncontained: who.uncontained };
    const settings = known ? [] : await settingsOfLogin(guard, clone.template);
    const executor = known ?? this.executorAs(who?.role ?? null, settings);
    await hold(guard, executor.user);
    try {
      await this.inTurn(async () => {
        await make(guard, executor, settings);
        if (executor.role === null && !known) await handOver(clone, executor);
      });
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.code !== NOT_ALLOWED) throw error;
      await dropWhenFree(guard, executor.user, clone.open, true).catch(() => {});
      return { executor: null, uncontained: await refusedTo(guard, error.message) };
    }
    this.byClone.set(clone.name, executor);
    return { executor, uncontained: null };
  }

  /** Drops the executor with the last of its clones. */
  async release(guard: Session, clone: string, open: Open): Promise<void> {
    const executor = this.byClone.get(clone);
    this.byClone.delete(clone);
    if (!executor) return;
    try {
      await dropWhenFree(guard, executor.user, open, true);
    } catch (error) {
      // Nobody signs in any more as one that stays: the next clones get another.
      this.own = randomBytes(8).toString("hex");
      throw error;
    }
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.turn.then(work);
    this.turn = done.catch(() => {});
    return done;
  }

  private executorAs(role: string | null, settings: readonly Setting[]): Executor {
    const part = digest([role, settings.map(({ name, value }) => [name, value])]).slice(0, 8);
    return { user: `${NAMED}${this.own}_${part}`, password: this.password, role };
  }
}

/** `settings`: of the login, under which the release runs in the tenant. */
async function make(guard: Session, { user, password, role }: Executor, settings: readonly Setting[]): Promise<void> {
  const there = await guard.query("select 1 from pg_roles where rolname = $1", [user]);
  if (there.length > 0) return;
  const name = identifier(user);
  const { login, superuser, bypassrls, limits } = await maker(guard);
  const limited = Object.entries({ ...LIMITS, ...(limits ? { [OF_TEMPORARY_FILES]: TEMPORARY_FILES } : {}) });
  // Several statements sent at once are one transaction, and leave nothing behind if one fails.
  await guard.script(
    [
      `create role ${name} login password ${literal(scramVerifier(password))} nosuperuser nocreatedb nocreaterole noreplication ${role === null && bypassrls ? "bypassrls" : "nobypassrls"} connection limit ${CONNECTIONS}`,
      ...limited.map(([setting, value]) => `alter role ${name} set ${setting} = ${literal(value)}`),
      `comment on role ${name} is ${literal(EXECUTOR_COMMENT)}`,
      ...(role === null ? [] : [`grant ${identifier(role)} to ${name}`]),
      // To give it the clone, to end its sessions, and to drop what it owns.
      ...(superuser ? [] : [`grant ${name} to ${identifier(login)}${withRights(guard)}`]),
    ].join("; "),
  );
  await setForRole(
    guard,
    user,
    settings.filter((setting) => !LIMITED.has(setting.name.toLowerCase())),
  );
}

interface Maker extends Record<string, unknown> {
  readonly login: string;
  readonly superuser: boolean;
  /** Row security does not apply to the login. */
  readonly bypassrls: boolean;
  /** It may limit temporary files. */
  readonly limits: boolean;
}

async function maker(guard: Session): Promise<Maker> {
  const granted = guard.serverVersion >= 150_000 ? "has_parameter_privilege(oid, 'temp_file_limit', 'SET')" : "false";
  const [row] = await guard.query<Maker>(
    `select rolname::text as login, rolsuper as superuser, rolsuper or rolbypassrls as bypassrls, rolsuper or ${granted} as limits
      from pg_roles where rolname = session_user`,
  );
  if (!row) throw new DatabaseError("pg_roles does not show the login", "MALFORMED");
  return row;
}

/** From PostgreSQL 16 on, the creator of a role has none of its rights until they are granted. */
function withRights({ serverVersion }: Session): string {
  return serverVersion >= 160_000 ? " with inherit true, set true" : "";
}

/** A clone of the login's own database is handed over whole, since nobody may become the login. */
async function handOver({ name, open }: CloneToExecute, { user }: Executor): Promise<void> {
  const session = await open(name);
  try {
    await toExecutor(session, name, user);
  } finally {
    await session.close();
  }
}

/** Drops what killed processes left: roles that no session holds. Throws `NotDropped` for the first that stays, after trying all. */
export async function sweepExecutors(session: Session, open: Open): Promise<void> {
  const rows = await session.query<{ name: string }>(
    `select rolname::text as name from pg_roles where starts_with(rolname, $1) and shobj_description(oid, 'pg_authid') = $2
      and pg_has_role(session_user, oid, 'MEMBER')`,
    [NAMED, EXECUTOR_COMMENT],
  );
  const failures: unknown[] = [];
  for (const { name } of rows) await dropWhenFree(session, name, open, false).catch((error) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}

async function hold(guard: Session, user: string): Promise<void> {
  await guard.query("select pg_advisory_lock_shared(hashtextextended($1, 0))", [user]);
}

async function dropWhenFree(session: Session, user: string, open: Open, held: boolean): Promise<void> {
  if (held) await session.query("select pg_advisory_unlock_shared(hashtextextended($1, 0))", [user]);
  const [row] = await session.query<{ free: boolean }>("select pg_try_advisory_lock(hashtextextended($1, 0)) as free", [
    user,
  ]);
  if (row?.free !== true) return;
  try {
    await dropExecutor(session, user, open);
  } finally {
    await session.query("select pg_advisory_unlock(hashtextextended($1, 0))", [user]);
  }
}
