import type { Clock } from "../../ports/clock.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import { inTransaction } from "../migration/transaction.js";
import { isAway } from "../rollout/server-patience.js";

/** The connection was lost around a commit, and the server could not be asked whether it committed. */
export class OutcomeUnknown extends Error {
  override readonly name = "OutcomeUnknown";
}

/** Values are printed as they are kept, whatever the database's settings; `record_out` and its inverse must agree. */
const PRINTING = [
  "datestyle to 'ISO, YMD'",
  "intervalstyle to 'postgres'",
  "extra_float_digits to 1",
  "bytea_output to 'hex'",
  "lc_monetary to 'C'",
];

const ATTEMPTS = 20;
const BETWEEN_MS = 250;

/**
 * Work in one transaction. If the connection is lost, the server is asked over another one whether it was committed: a commit whose answer
 * did not arrive is still a commit. Throws `DatabaseError` if it was not, `OutcomeUnknown` if nobody knows.
 */
export async function committed<T>(
  session: Session,
  connect: () => Promise<Session>,
  clock: Clock,
  work: () => Promise<T>,
): Promise<T> {
  let done: { readonly transaction: string; readonly result: T } | null = null;
  try {
    return await inTransaction(
      session,
      "read committed",
      async () => {
        const result = await work();
        const [row] = await session.query<{ id: string }>("select pg_catalog.pg_current_xact_id()::text as id");
        done = { transaction: row?.id ?? "", result };
        return result;
      },
      PRINTING.map((setting) => `set local ${setting}`),
    );
  } catch (error) {
    // Before COMMIT was sent, nothing can have been committed.
    const at = done as { readonly transaction: string; readonly result: T } | null;
    if (!(error instanceof DatabaseError) || !isAway(error.code) || at === null) throw error;
    if (await wasCommitted(connect, clock, at.transaction, error)) return at.result;
    throw error;
  }
}

async function wasCommitted(
  connect: () => Promise<Session>,
  clock: Clock,
  transaction: string,
  lost: DatabaseError,
): Promise<boolean> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0) await clock.sleep(BETWEEN_MS);
    const status = await statusOf(connect, transaction);
    if (status === "committed") return true;
    if (status === "aborted") return false;
  }
  throw new OutcomeUnknown(
    `the connection was lost at COMMIT (${lost.message}), and the server has not said whether it was committed`,
  );
}

/** Null if it does not answer. */
async function statusOf(connect: () => Promise<Session>, transaction: string): Promise<string | null> {
  try {
    const session = await connect();
    try {
      const [row] = await session.query<{ status: string | null }>(
        "select pg_catalog.pg_xact_status($1::pg_catalog.xid8) as status",
        [transaction],
      );
      return row?.status ?? null;
    } finally {
      await session.close();
    }
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return null;
  }
}
