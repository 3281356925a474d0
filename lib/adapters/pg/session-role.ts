import { identifier, literal } from "../../core/sql/quote.js";
import { DatabaseError, type SessionOptions } from "../../ports/database.js";

/** Whose rights a session uses: the tenant's role when it changes something, the login when it reads or ends sessions. */
export function roleOf(role: string | undefined, options: SessionOptions): string | null {
  return options.purpose === "write" && options.asLogin !== true ? (role ?? null) : null;
}

/**
 * The startup parameter that makes a role the session's own: RESET ROLE and DISCARD ALL lead back to it, not to the login (manual, "RESET
 * ROLE"). A space and a backslash are escaped by a backslash (manual, "options").
 */
export function startupRole(role: string): string {
  return `-c role=${role.replace(/[\\ ]/g, "\\$&")}`;
}

/** What a pooler or a proxy answers to such a parameter: protocol_violation from PgBouncer, feature_not_supported from RDS Proxy. */
export const TAKES_NO_OPTIONS: ReadonlySet<string> = new Set(["08P01", "0A000"]);

/** What PostgreSQL answers if the login may not take on the role or it does not exist; also used for other errors. */
export const ROLE_REFUSED: ReadonlySet<string> = new Set(["42501", "22023"]);

/** Sets the role for the transaction (`local`) or for the session. */
export function setRole(role: string, local: boolean): string {
  return `pg_catalog.set_config('role', ${literal(role)}, ${local})`;
}

/** Whether the role exists, and the login may become it; asked as the login. */
export const MAY_BECOME = `select r.oid is not null as exists, coalesce(pg_has_role(session_user, r.oid, 'MEMBER'), false) as member,
  session_user::text as login from (values ($1::text)) w(name) left join pg_roles r on r.rolname = w.name`;

export interface MayBecome {
  readonly exists: boolean;
  readonly member: boolean;
  readonly login: string;
}

/** Why the role could not be taken on, with the statement that allows it; the cause itself if the login may. */
export function roleError({ exists, member, login }: MayBecome, role: string, cause: DatabaseError): DatabaseError {
  const named = "which connection.role or the registry names";
  if (!exists)
    return new DatabaseError(
      `there is no role ${role} on this server, ${named}: correct it there`,
      "ROLE",
      null,
      cause,
    );
  if (member) return cause;
  const grant = `GRANT ${identifier(role)} TO ${identifier(login)}`;
  return new DatabaseError(`${login} may not become ${role}, ${named}: ${grant}`, "ROLE", null, cause);
}
