import { identifier } from "../../core/sql/quote.js";
import { DatabaseError, IDLE_IN_TRANSACTION_MS, type Session } from "../../ports/database.js";

/** How long a migration's statements may wait and run. Milliseconds; 0 means no limit. */
export interface SessionSettings {
  readonly lockTimeout: number;
  readonly statementTimeout: number;
  /**
   * Limit for statements outside transactions (CREATE INDEX CONCURRENTLY). They wait for old snapshots under `lock_timeout`, so it is
   * switched off for them: the wait blocks nobody.
   */
  readonly concurrentTimeout: number;
  /** Schemas after the tenant's own in its search_path; default: public. */
  readonly shared?: readonly string[];
}

/**
 * `outside` a transaction: a statement whose wait blocks nobody, without `lock_timeout`. `blocking`: one outside that others do wait
 * behind, such as VACUUM FULL.
 */
export type Place = "inside" | "outside" | "blocking";

export interface SessionScope {
  readonly settings: SessionSettings;
  readonly schema: string | null;
}

/**
 * Sets timeouts and the release's search_path again before each part: a migration may have changed them for the session. Inside a
 * transaction they end with it, so nothing is left on a connection that a transaction pooler hands to others.
 */
export async function prepareSession(session: Session, scope: SessionScope, place: Place): Promise<void> {
  session.lookUpIn(scope.schema, scope.settings.shared);
  if (place !== "inside" && session.pooled) return withoutSettings(session, scope);
  await session.script(preparation(session, scope, place).join("; "));
}

/**
 * Behind a pooler a statement outside a transaction runs with the server's own timeouts. Throws `DatabaseError` if it would also need a
 * search_path or a role.
 */
function withoutSettings({ role }: Session, { schema }: SessionScope): void {
  if (role !== null)
    throw new DatabaseError(
      `a statement outside a transaction would not run as ${role}: the tenant is behind a pooler, which keeps no role; name the server itself in the registry`,
      "0A000",
    );
  if (schema === null) return;
  throw new DatabaseError(
    `a statement outside a transaction would not find the schema ${schema}: the tenant is behind a pooler, which keeps no search_path; name the server itself in the registry`,
    "0A000",
  );
}

/** How the server reads a text: the same as when the text was examined. */
export const READING = [
  ["standard_conforming_strings", "on"],
  ["backslash_quote", "safe_encoding"],
  ["client_encoding", "UTF8"],
] as const;

/** The same as statements, to send with others in one round trip. */
export function preparation({ role }: Pick<Session, "role">, scope: SessionScope, place: Place): readonly string[] {
  const { lockTimeout, statementTimeout, concurrentTimeout } = scope.settings;
  const local = place === "inside";
  const timeouts = local
    ? [
        `set local lock_timeout = ${lockTimeout}`,
        `set local statement_timeout = ${statementTimeout}`,
        `set local idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_MS}`,
      ]
    : [`set lock_timeout = ${place === "blocking" ? lockTimeout : 0}`, `set statement_timeout = ${concurrentTimeout}`];
  const reading = READING.map(([name, value]) => `set ${local ? "local " : ""}${name} = ${value}`);
  return [
    ...timeouts,
    ...reading,
    role === null ? "reset role" : `set ${local ? "local " : ""}role ${identifier(role)}`,
  ];
}
