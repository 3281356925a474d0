import type { Catalog } from "../catalog/catalog.js";
import { CatalogIndex } from "../catalog/lookup.js";
import type { Migration } from "../migration/release.js";
import { identifier } from "../sql/quote.js";
import type { Loss } from "../undo/inverse.js";
import { sqlName } from "../undo/inverses.js";
import type { KeepAside } from "../undo/keep/aside.js";
import { copyTable, dropCopy, makeCopy, restored, stored } from "../undo/keep/copy.js";
import { identityColumns, source } from "../undo/keep/identity.js";
import { inBatches, SIZE_SETTING } from "../undo/keep/in-batches.js";
import { withoutIdleSwitches, withoutTriggers } from "../undo/keep/without-triggers.js";
import { type KeptForm, keptValues, newName } from "./kept-form.js";
import { type BackfillPlan, planBackfill } from "./plan.js";

/** What undoes a backfill, in batches like the backfill itself. */
export interface UndoneBackfill {
  readonly statements: readonly string[];
  readonly keep: readonly KeepAside[];
  readonly losses: readonly Loss[];
  /** Why there is no way back. */
  readonly gaps: readonly string[];
}

/** Null for a migration that is not a backfill, or that is refused as one. */
export function undoBackfill({ up }: Migration, catalog: Catalog): UndoneBackfill | null {
  const statement = up.backfill && up.statements.find(({ index }) => index === up.backfill?.statement);
  if (!up.backfill || !statement) return null;
  const { plan } = planBackfill(statement, up.backfill, catalog);
  if (!plan) return null;
  const { kept, written } = plan;
  const name = `${written.schema}.${written.name}`;
  if (!kept) return withoutWay(`${name} has no key by which the rows that the backfill writes are found again`);
  const numbered = kept.changed.find(({ attributes }) => attributes.identity === "a");
  if (numbered)
    return withoutWay(
      `${name}.${numbered.id.name} is GENERATED ALWAYS AS IDENTITY, and PostgreSQL gives it no number but the next`,
    );
  const before = new CatalogIndex(catalog);
  const rows = `SELECT ${keptValues(kept, "t", "t").join(", ")} FROM ${source(before, written)} t WHERE false`;
  const unique = identityColumns(kept.identity).join(", ");
  const keep: KeepAside = {
    statement: statement.index,
    before: [
      ...makeCopy(kept.copy, rows, written, statement),
      `CREATE UNIQUE INDEX ON ${copyTable(kept.copy)} (${unique})`,
    ],
    after: [],
    locks: [],
    tables: [kept.copy],
    sizes: [],
  };
  const back = withoutTriggers(written, [...lockFirst(before, plan, kept), backSql(before, plan, kept)]);
  return {
    statements: [...inBatches(withoutIdleSwitches(back, [catalog])), ...dropCopy(kept.copy)],
    keep: [keep],
    losses: [{ what: "rows", name, reason: `its rows are changed by ${plan.verb}` }],
    gaps: [],
  };
}

function withoutWay(gap: string): UndoneBackfill {
  return { statements: [], keep: [], losses: [], gaps: [gap] };
}

/** Takes the next rows out of the copy and restores them, in one statement: what remains in the copy is what remains to do. */
function backSql(before: CatalogIndex, plan: BackfillPlan, kept: KeptForm): string {
  if (plan.verb === "update") return unupdate(plan, kept);
  return plan.verb === "delete" ? undelete(plan, kept) : uninsert(before, plan, kept);
}

function taken(kept: KeptForm, alias: string): string {
  const keys = identityColumns(kept.identity).join(", ");
  return `${alias} AS (DELETE FROM ${copyTable(kept.copy)} WHERE (${keys}) IN (${nextKeys(kept)}) RETURNING *)`;
}

function nextKeys({ identity, copy }: KeptForm): string {
  const keys = identityColumns(identity).join(", ");
  const size = `coalesce(nullif(current_setting('${SIZE_SETTING}', true), '')::bigint, 1000)`;
  return `SELECT ${keys} FROM ${copyTable(copy)} ORDER BY ${keys} LIMIT ${size}`;
}

/**
 * Whether other rows point at a row is asked by a later statement: this one waits for somebody who is about to point at it; if both were one
 * statement, the row would be deleted together with what points at it.
 */
function lockFirst(before: CatalogIndex, { verb, written }: BackfillPlan, kept: KeptForm): readonly string[] {
  if (verb !== "insert") return [];
  return [
    `SELECT count(*)::text AS locked FROM (SELECT FROM ${source(before, written)} t
      JOIN (${nextKeys(kept)}) a ON ${matching(kept, "a")} FOR UPDATE OF t) l`,
  ];
}

/** The row of the table, by the key as it is kept. */
function matching({ identity }: KeptForm, alias: string): string {
  return identity.columns.map((key) => `${stored(key, "t")} = ${alias}.${identifier(key.id.name)}`).join(" AND ");
}

function unupdate({ written }: BackfillPlan, kept: KeptForm): string {
  const sets = kept.changed.map((column, at) => {
    const name = identifier(column.id.name);
    const untouched = `row(${stored(column, "t")})::record *= row(k.${newName(at)})::record`;
    return `${name} = CASE WHEN ${untouched} THEN ${restored(column, "k")} ELSE t.${name} END`;
  });
  const back = `UPDATE ONLY ${sqlName(written)} t SET ${sets.join(", ")} FROM k WHERE ${matching(kept, "k")} RETURNING 1`;
  return `WITH ${taken(kept, "k")}, back AS (${back}) SELECT count(*)::text AS "left" FROM k`;
}

function undelete({ written }: BackfillPlan, kept: KeptForm): string {
  const names = kept.columns.map(({ id }) => identifier(id.name)).join(", ");
  const values = kept.columns.map((column) => restored(column, "k")).join(", ");
  const back = `INSERT INTO ${sqlName(written)} (${names}) OVERRIDING SYSTEM VALUE SELECT ${values} FROM k
    WHERE NOT EXISTS (SELECT FROM ONLY ${sqlName(written)} t WHERE ${matching(kept, "k")}) RETURNING 1`;
  return `WITH ${taken(kept, "k")}, back AS (${back}) SELECT count(*)::text AS "left" FROM k`;
}

/** A row that was written since stays, and so does one that rows of other tables point at: they were written since too. */
function uninsert(before: CatalogIndex, { written }: BackfillPlan, kept: KeptForm): string {
  const list = (alias: string) => kept.columns.map(({ id }) => `${alias}.${identifier(id.name)}`).join(", ");
  const now = kept.columns.map((column) => stored(column, "t")).join(", ");
  const pointed = before.referencedBy(written).map(({ id, attributes: { columns, references } }) => {
    const same = columns.map(
      (column, at) => `r.${identifier(column)} = t.${identifier(references?.columns[at] ?? "")}`,
    );
    return ` AND NOT EXISTS (SELECT FROM ${sqlName({ schema: id.schema ?? "", name: id.table ?? "" })} r WHERE ${same.join(" AND ")})`;
  });
  const back = `DELETE FROM ${source(before, written)} t USING a
    WHERE ${matching(kept, "a")} AND row(${now})::record *= row(${list("a")})::record${pointed.join("")} RETURNING 1`;
  return `WITH ${taken(kept, "a")}, back AS (${back}) SELECT count(*)::text AS "left" FROM a`;
}
