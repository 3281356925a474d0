import { type Reach, reachOf } from "../../core/catalog/reach.js";
import { identifier } from "../../core/sql/quote.js";
import type { Row, Session, Uncontained } from "../../ports/database.js";

/** Who executes on a clone: the login itself, an executor as a role (null: it gets what the login owns there), or nobody lesser. */
export type WhoExecutes =
  | { readonly kind: "login" }
  | { readonly kind: "executor"; readonly role: string | null }
  | { readonly kind: "uncontained"; readonly uncontained: Uncontained };

interface Facts extends Row {
  readonly login: string;
  readonly superuser: boolean;
  readonly makesRoles: boolean;
  /** Owner of the clone. */
  readonly owner: string;
  readonly lesser: boolean;
}

/** `role`: named by the config or the registry. Asked as the login. */
export async function whoExecutes(guard: Session, clone: string, role: string | null): Promise<WhoExecutes> {
  const [facts] = await guard.query<Facts>(
    `select me.rolname::text as login, me.rolsuper as superuser, me.rolcreaterole as "makesRoles", o.rolname::text as owner, not o.rolsuper as lesser
      from pg_roles me, pg_database d join pg_roles o on o.oid = d.datdba where me.rolname = session_user and d.datname = $1`,
    [clone],
  );
  if (!facts) return { kind: "login" };
  const { login, superuser } = facts;
  const as = role ?? (superuser && facts.lesser ? facts.owner : null);
  const reach = superuser ? [] : await reachOfLogin(guard);
  if (!superuser && reach.length === 0) return { kind: "login" };
  if (!superuser && !facts.makesRoles) return uncontained(login, reach);
  if (as !== null) {
    const beyond = await guard.query<Reach & Row>(reachOf("(select r.oid from pg_roles r where r.rolname = $1)"), [as]);
    if (beyond.length > 0) return uncontained(as, beyond);
    if (!superuser && !(await mayGrant(guard, as))) return notGranted(login, as, reach);
  }
  return { kind: "executor", role: as };
}

function reachOfLogin(session: Session): Promise<readonly Reach[]> {
  return session.query<Reach & Row>(reachOf("(select r.oid from pg_roles r where r.rolname = session_user)"));
}

/**
 * From PostgreSQL 16 on, CREATEROLE by itself lets nobody give a role away; before that, it may give away any role that is not a superuser
 * (manual, "CREATE ROLE").
 */
async function mayGrant(session: Session, role: string): Promise<boolean> {
  if (session.serverVersion < 160_000) return true;
  const [row] = await session.query<{ may: boolean }>(
    "select pg_has_role(session_user, r.oid, 'MEMBER WITH ADMIN OPTION') as may from pg_roles r where r.rolname = $1",
    [role],
  );
  // A missing role is reported when it is asked for.
  return row?.may ?? true;
}

function uncontained(role: string, reach: readonly Reach[]): WhoExecutes {
  return { kind: "uncontained", uncontained: { reason: reaching(role, reach), remedy: statements(reach) } };
}

function notGranted(login: string, role: string, reach: readonly Reach[]): WhoExecutes {
  const reason = `${reaching(login, reach)}, and may not let a lesser role of its own become ${role}`;
  const grant = `GRANT ${identifier(role)} TO ${identifier(login)} WITH ADMIN OPTION;`;
  return { kind: "uncontained", uncontained: { reason, remedy: `${grant}   -- or: ${statements(reach)}` } };
}

/** The login tried, and the server refused. */
export async function refusedTo(guard: Session, message: string): Promise<Uncontained> {
  const reach = await reachOfLogin(guard);
  const [me] = await guard.query<{ login: string }>("select session_user::text as login");
  return {
    reason: `${reaching(me?.login ?? "the login", reach)}, and may not give the clone to a lesser role of its own (${message})`,
    remedy: statements(reach),
  };
}

function reaching(role: string, reach: readonly Reach[]): string {
  return `${role} reaches beyond its databases (${[...new Set(reach.map(({ what }) => what))].join(", ")})`;
}

function statements(reach: readonly Reach[]): string {
  return [...new Set(reach.map(({ sql }) => `${sql};`))].join(" ");
}
