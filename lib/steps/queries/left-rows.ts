import type { TryRefusal } from "../../core/queries/row-refusal.js";
import { identifier, qualified } from "../../core/sql/quote.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import type { RowTrial } from "./sample-rows.js";

/** SQLSTATE foreign_key_violation. */
const REFERS_TO_NOTHING = "23503";

/**
 * Answers without those for values of a row that the release has deleted together with the row that it referred to: the foreign key is the same as
 * before, and no row of the application does that any more.
 */
export async function withoutLeft(
  before: Session,
  after: Session,
  trial: RowTrial,
  answers: readonly (TryRefusal | null)[],
): Promise<readonly (TryRefusal | null)[]> {
  const held: (TryRefusal | null)[] = [];
  for (const [at, answer] of answers.entries()) {
    const left =
      answer?.code === REFERS_TO_NOTHING &&
      trial.target.adds &&
      (await isGone(after, trial, at)) &&
      (await isSame(before, after, answer.constraint ?? ""));
    held.push(left ? null : answer);
  }
  return held;
}

/** False where that cannot be told. */
async function isGone(after: Session, { place, rows }: RowTrial, at: number): Promise<boolean> {
  // The try after those of the rows has the first one's values.
  const row = rows[at] ?? (at === rows.length ? rows[0] : undefined);
  if (row === undefined || place.identity.length === 0) return false;
  const found = place.identity.map((column, index) => `${identifier(column)}::text = $${index + 1}`).join(" and ");
  const values = place.identity.map((column) => row[column] ?? null);
  try {
    const name = qualified(place.schema, place.table);
    const [answer] = await after.query<{ there: boolean }>(
      `select exists (select from ${name} where ${found}) as there`,
      values,
    );
    return answer?.there === false;
  } catch (error) {
    if (!(error instanceof DatabaseError && error.isOfStatement)) throw error;
    return false;
  }
}

async function isSame(before: Session, after: Session, constraint: string): Promise<boolean> {
  const [was, is] = [await before.query(FOREIGN_KEYS, [constraint]), await after.query(FOREIGN_KEYS, [constraint])];
  return was.length > 0 && JSON.stringify(was) === JSON.stringify(is);
}

/** `$1` as the error names it: several tables may have one of that name. */
const FOREIGN_KEYS = `
select concat(o.conrelid::regclass, ' ', pg_get_constraintdef(o.oid)) as made
  from pg_constraint o join pg_namespace n on n.oid = o.connamespace
 where o.contype = 'f' and $1 = concat('"', replace(n.nspname, '"', '""'), '"."', replace(o.conname, '"', '""'), '"') order by 1`;
