import { identifier, literal } from "../../core/sql/quote.js";
import { DatabaseError, type SessionOptions } from "../../ports/database.js";

/** Whose rights a session works with: the tenant's role where it changes something, the login where it reads or ends sessions. */
export function roleOf(role: string | undefined, options: SessionOptions): string | null {
  return options.purpose === "write" && options.asLogin !== true ? (role ?? null) : null;
}

/**
 * The startup parameter that makes a role the session's own: RESET ROLE and DISCARD ALL lead back to it, not to the login
 * (manual, "RESET ROLE"). A space and a backslash are escaped by a backslash (manual, "options").
 */
export function startupRole(role: string): string {
  return `-c role=${role.replace(/[\\ ]/g, "\\$&")}`;
}

/** A pooler or a proxy takes no such parameter: protocol_violation of PgBouncer, feature_not_supported of RDS Proxy. */
export function takesNoOptions(error: { readonly code?: string; readonly message?: string }): boolean {
  return /^(08P01|0A000)$/.test(error.code ?? "") && /startup parameter|options/i.test(error.message ?? "");
}

/** Makes the role that of the transaction (`local`) or of the session. */
export function setRole(role: string, local: boolean): string {
  return `pg_catalog.set_config('role', ${literal(role)}, ${local})`;
}

const NO_MEMBER = /permission denied to set role|must be (?:a )?member of role/i;
const NO_ROLE = /^role "?.*"? does not exist/i;

/** Why the role could not be taken on, with the statement that lets the login. Any other error as it is. */
export function roleError(error: DatabaseError, role: string, user: string): DatabaseError {
  if (NO_MEMBER.test(error.message)) {
    const grant = `GRANT ${identifier(role)} TO ${identifier(user)}`;
    return new DatabaseError(
      `${user} may not become ${role}, which connection.role or the registry names: ${grant}`,
      "ROLE",
      null,
      error,
    );
  }
  if (NO_ROLE.test(error.message))
    return new DatabaseError(
      `there is no role ${role} on this server, which connection.role or the registry names: correct it there`,
      "ROLE",
      null,
      error,
    );
  return error;
}
