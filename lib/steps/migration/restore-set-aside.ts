import { bindSchemas, OWN_SCHEMA } from "../../core/catalog/own-schema.js";
import { qualified } from "../../core/sql/quote.js";
import type { SetAside } from "../../core/undo/keep/aside.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import { EVERY_ROW } from "./run-kept.js";

/** Before the statements: marks in the copies the rows that are still as they were when the release was taken back. */
export async function markSetAside(session: Session, aside: readonly SetAside[], schema: string | null): Promise<void> {
  for (const { again } of aside) await attempt(session, again.copy, again.before, schema);
}

/** SQLSTATE unsafe_new_enum_value_usage: a new value of an enum may be used only after it is committed. */
const NEW_ENUM_VALUE = "55P04";

/**
 * After the statements: values that a rollback put aside find their rows. What cannot be given back stays in its copy, and does not stop
 * the migration. Returns what can be given back only after the migration is committed.
 */
export async function restoreSetAside(
  session: Session,
  aside: readonly SetAside[],
  schema: string | null,
): Promise<readonly SetAside[]> {
  const later: SetAside[] = [];
  for (const each of referencedFirst(aside)) {
    const error = await attempt(session, each.again.copy, each.again.after, schema);
    if (error?.code === NEW_ENUM_VALUE) later.push(each);
  }
  return later;
}

/** Rows of tables before the values that point at them. */
function referencedFirst(aside: readonly SetAside[]): readonly SetAside[] {
  const isTable = ({ again }: SetAside) => again.before.length === 0;
  return [...aside.filter(isTable), ...aside.filter((each) => !isTable(each))];
}

async function attempt(
  session: Session,
  copy: string,
  statements: readonly string[],
  schema: string | null,
): Promise<DatabaseError | null> {
  if (statements.length === 0) return null;
  const table = bindSchemas(qualified(OWN_SCHEMA, copy), schema);
  const [row] = await session.query<{ there: boolean }>("select to_regclass($1) is not null as there", [table]);
  if (!row?.there) return null;
  await session.script(`savepoint again; ${EVERY_ROW}`);
  let failed: DatabaseError | null = null;
  try {
    for (const sql of [...statements, "set constraints all immediate"]) await session.execute(bindSchemas(sql, schema));
    await session.script("release savepoint again");
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    await session.script("rollback to savepoint again");
    failed = error;
  }
  await session.script("set local row_security to default");
  return failed;
}
