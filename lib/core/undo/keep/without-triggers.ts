import type { Catalog } from "../../catalog/catalog.js";
import { CatalogIndex, type TableRef } from "../../catalog/lookup.js";
import { descendants } from "../../catalog/tables.js";
import { literal } from "../../sql/quote.js";
import { relationId } from "../inverses.js";

/** Transaction settings for the states of the triggers that are disabled. Values are made to fit while rows may be on their way back. */
const SETTINGS = { restore: "schema_gate.triggers", fit: "schema_gate.triggers_of_fit" };

type Purpose = keyof typeof SETTINGS;

/** Begins the statements that disable triggers, and those that enable them again. */
const MARK = "/* schema-gate: triggers ";

/**
 * Runs statements, in one transaction, while no trigger of the table and of its partitions fires: rows are restored without anything firing again.
 * Disabled are those that are there at that moment, whatever the migration or an earlier statement of the way back made of them. Each separately:
 * enabling one on a partitioned table enables those of its partitions, and disabling it ONLY there does not disable theirs. PostgreSQL 13 and 14
 * call a partition's clone internal, which only a superuser may disable: there it fires.
 */
export function withoutTriggers(
  table: TableRef,
  statements: readonly string[],
  purpose: Purpose = "restore",
): readonly string[] {
  return statements.length === 0 ? [] : [disable(table, purpose), ...statements, enable(purpose)];
}

/** A statement that disables or enables triggers, and does nothing else. */
export function switchesTriggers(sql: string): boolean {
  return sql.startsWith(MARK);
}

/** Leaves out what switches triggers of tables that have none in any of these schemas, or off again what was just switched on. */
export function withoutIdleSwitches(statements: readonly string[], schemas: readonly Catalog[]): readonly string[] {
  if (!statements.some(switchesTriggers)) return statements;
  const tables = [...new Set(schemas)].flatMap(tablesWithTriggers);
  const needed = new Set(tables.map((table) => disable(table, "restore")));
  const on = enable("restore");
  let off = "";
  return statements.filter((sql, at) => {
    if (!switchesTriggers(sql)) return true;
    if (sql === on) return needed.has(off) && statements[at + 1] !== off;
    const isOff = sql === off && statements[at - 1] === on;
    off = sql;
    return needed.has(sql) && !isOff;
  });
}

function tablesWithTriggers(schema: Catalog): readonly TableRef[] {
  const index = new CatalogIndex(schema);
  const has = (table: TableRef) => index.triggers(table).length > 0;
  return index.all("table").flatMap(({ id }) => {
    const table = { schema: id.schema ?? "", name: id.name };
    const parts = index.table(table)?.attributes.relkind === "p" ? descendants(index, table) : [];
    // A trigger of a partitioned table has a clone on each partition.
    if (has(table)) return [table, ...parts];
    return parts.some(has) ? [table] : [];
  });
}

function disable(table: TableRef, purpose: Purpose): string {
  const body = `DECLARE found record; states jsonb := '{}'; own oid := ${relationId(table)};
  BEGIN
    FOR found IN SELECT oid, tgrelid::regclass AS relation, tgname, tgenabled::text AS state FROM pg_trigger
      WHERE NOT tgisinternal AND tgenabled <> 'D'
        AND (tgrelid = own OR tgrelid IN (SELECT relid FROM pg_partition_tree(own))) LOOP
      EXECUTE format('ALTER TABLE ONLY %s DISABLE TRIGGER %I', found.relation, found.tgname);
      states := states || jsonb_build_object(found.oid, found.state);
    END LOOP;
    PERFORM set_config('${SETTINGS[purpose]}', states::text, true);
  END`;
  return `${MARK}off */ DO ${literal(body)}`;
}

function enable(purpose: Purpose): string {
  const body = `DECLARE found record;
  BEGIN
    FOR found IN SELECT t.tgrelid::regclass AS relation, t.tgname,
        CASE was.value WHEN 'A' THEN 'ALWAYS ' WHEN 'R' THEN 'REPLICA ' ELSE '' END AS state
      FROM jsonb_each_text(current_setting('${SETTINGS[purpose]}')::jsonb) was JOIN pg_trigger t ON t.oid = was.key::oid LOOP
      EXECUTE format('ALTER TABLE ONLY %s ENABLE %sTRIGGER %I', found.relation, found.state, found.tgname);
    END LOOP;
  END`;
  return `${MARK}as before */ DO ${literal(body)}`;
}
