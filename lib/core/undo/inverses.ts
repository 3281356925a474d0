import type { TableRef } from "../catalog/lookup.js";
import { qualified } from "../sql/quote.js";
import type { Inverse } from "./inverse.js";

export function exact(...statements: readonly string[]): Inverse {
  return { class: "exact", statements };
}

export function impossible(reason: string): Inverse {
  return { class: "impossible", reason };
}

/** Nothing to undo: the operation changes neither the schema nor rows. */
export const NOTHING: Inverse = { class: "exact", statements: [] };

/** The reason when the object is not in the schema before: only the dry run sees a schema in the middle of a release. */
export function notThere(kind: string, name: string): Inverse {
  return impossible(`the ${kind} ${name} is not in the schema before it, so what it was is not known`);
}

export function sqlName(table: TableRef): string {
  return qualified(table.schema, table.name);
}

/**
 * The object id of a table, as SQL. Over its row type, so that the name is an identifier: in a literal within a literal, the schema's name that
 * takes the placeholder's place would need its apostrophes escaped twice.
 */
export function relationId(table: TableRef): string {
  return `(SELECT typrelid FROM pg_catalog.pg_type WHERE oid = pg_catalog.pg_typeof(NULL::${sqlName(table)}))`;
}

export function alterTable(table: TableRef, action: string): string {
  return `ALTER TABLE ${sqlName(table)} ${action}`;
}
