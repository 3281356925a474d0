import type { ColumnObject } from "../../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../../catalog/lookup.js";
import { identifier, literal } from "../../sql/quote.js";
import { copyTable } from "./copy.js";
import { type Identity, placedRows, sameRow, source } from "./identity.js";

/** How a statement made a column's values: an expression over its earlier value, and the type that it gave them. */
export interface Made {
  readonly using: string;
  readonly type: string;
}

/** The errors with which an expression may refuse a value, also where it names something that does not exist. */
const REFUSED =
  "data_exception OR feature_not_supported OR integrity_constraint_violation OR syntax_error_or_access_rule_violation OR raise_exception";

const [ROW, VALUE, AGAIN] = ["$row", "$value", "$again"].map(identifier);

/**
 * For a column that was emptied: a value that was written since and reads as one of the earlier type comes back as that, if the expression makes the
 * very same value from it again. `unchanged` and `now`: columns of the copy, 'true' where nothing was written since, and the value before the column
 * was emptied, as text.
 */
export function reconvert(
  before: CatalogIndex,
  table: TableRef,
  identity: Identity,
  column: ColumnObject,
  { using, type }: Made,
  copy: { readonly name: string; readonly unchanged: string; readonly now: string },
): string {
  const name = identifier(column.id.name);
  const rows = `SELECT n."$at", n."$in", k.${copy.now} AS now FROM ${copyTable(copy.name)} k JOIN (${placedRows(before, table, identity, [])}) n
    ON ${sameRow(identity, "k", "n")} WHERE k.${copy.now} IS NOT NULL AND k.${copy.unchanged} IS DISTINCT FROM 'true'`;
  const body = `#variable_conflict use_column
  DECLARE ${ROW} record; ${VALUE} ${column.attributes.type}; ${AGAIN} text;
  BEGIN FOR ${ROW} IN ${rows} LOOP
    BEGIN
      ${VALUE} := ${ROW}.now;
      SELECT (${using})::${type}::text INTO ${AGAIN} FROM (SELECT ${VALUE} AS ${name}) AS ${identifier(table.name)};
      IF ${AGAIN} = ${ROW}.now THEN
        UPDATE ${source(before, table)} t SET ${name} = ${VALUE} WHERE t.ctid = ${ROW}."$at" AND t.tableoid = ${ROW}."$in";
      END IF;
    EXCEPTION WHEN ${REFUSED} THEN NULL;
    END;
  END LOOP; END`;
  return `DO ${literal(body)}`;
}
