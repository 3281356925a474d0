import { OWN_PATH } from "../../core/sql/own-path.js";
import { loadParser } from "../../core/sql/parse.js";
import { DatabaseError, type DriverLimits, type Session, type SessionOptions } from "../../ports/database.js";
import type { ClientSettings } from "../aws/clients.js";
import { systemClock } from "../local/system-clock.js";
import { roleOf } from "../pg/session-role.js";
import { DataApi, type DataApiTarget } from "./data-api.js";
import { rowsOf } from "./rows.js";
import { DataApiSession } from "./session.js";

/** A call ends after 45 seconds (RDS User Guide, Data API limits); the server must end the statement before that. */
const LONGEST_STATEMENT_MS = 40_000;

export const DATA_API_LIMITS: DriverLimits = {
  driver: "the RDS Data API",
  longestStatementMs: LONGEST_STATEMENT_MS,
  settingsOutsideTransactions: false,
};

/** Opens a session through the RDS Data API. Throws `DatabaseError`. */
export async function openDataApiSession(
  target: DataApiTarget,
  options: SessionOptions,
  client: ClientSettings,
): Promise<Session> {
  await loadParser();
  const api = new DataApi(target, client, (ms) => systemClock.sleep(ms));
  const read = options.purpose === "read";
  const role = roleOf(target.role, options);
  const [row] = rowsOf<{ version: number; path: string }>(
    await api.execute(
      "select pg_catalog.current_setting('server_version_num')::pg_catalog.int4 as version, pg_catalog.current_setting('search_path') as path",
      [],
      null,
    ),
  );
  if (!row) throw new DatabaseError("the server answered the first query with no row", "DATA-API");
  const limit = options.statementTimeout === 0 ? LONGEST_STATEMENT_MS : options.statementTimeout;
  const settings = new Map([
    ["statement_timeout", String(Math.min(limit, LONGEST_STATEMENT_MS))],
    ["lock_timeout", String(options.lockTimeout)],
    ["search_path", OWN_PATH],
    ...(role === null ? [] : [["role", role] as const]),
  ]);
  return new DataApiSession(api, {
    serverVersion: row.version,
    readOnly: read,
    settings,
    path: row.path,
    role,
    owner: target.role ?? null,
  });
}
