import type { ColumnObject } from "../../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../../catalog/lookup.js";
import { identifier } from "../../sql/quote.js";
import type { Statement } from "../../sql/statement.js";
import type { Kept } from "../inverse.js";
import { sqlName } from "../inverses.js";
import { copyName, copyTable, dropCopy, keepCopy, makeCopy, restored, stored } from "./copy.js";
import { type Identity, identityOf, placedRows, rowsOf, sameRow } from "./identity.js";
import { withoutTriggers } from "./without-triggers.js";

/** What undoes a statement that writes rows. */
export interface KeptRows {
  readonly kept: Kept;
  /** Removes what it inserted. Rows that were written since stay as they are. */
  readonly uninsert: readonly string[];
  /** Puts old values back where the new ones are still in place. */
  readonly unupdate: readonly string[];
  /** Restores what it deleted. */
  readonly undelete: readonly string[];
  /** Drops the copies. */
  readonly clear: readonly string[];
}

/**
 * Keeps the rows of a table around a statement that writes them. Afterwards only the difference remains: the first copy has the rows as they were,
 * the second as they became.
 */
export function keepRows(statement: Statement, before: CatalogIndex, table: TableRef): KeptRows {
  const name = copyName(statement, table);
  const columns = before.columns(table).filter((column) => column.attributes.generated === "");
  const identity = identityOf(before, table);
  const rows = new RowSql(before, table, identity, columns, name);
  return {
    kept: {
      ...keepCopy(name, rows.all(), table, statement, before),
      after: [...makeCopy(rows.became, rows.written(), table, statement), rows.forgetUnchanged()],
    },
    uninsert: withoutTriggers(table, [rows.uninsert()]),
    unupdate: identity.by === "key" ? withoutTriggers(table, rows.unupdate()) : [],
    undelete: withoutTriggers(table, [rows.undelete()]),
    clear: [...dropCopy(name), ...dropCopy(rows.became)],
  };
}

class RowSql {
  readonly became: string;

  constructor(
    private readonly before: CatalogIndex,
    private readonly table: TableRef,
    private readonly identity: Identity,
    private readonly columns: readonly ColumnObject[],
    private readonly was: string,
  ) {
    this.became = `${was}_new`;
  }

  all(): string {
    return rowsOf(this.before, this.table, this.identity, this.columns);
  }

  written(): string {
    return `SELECT n.* FROM (${this.all()}) n WHERE NOT EXISTS
      (SELECT FROM ${copyTable(this.was)} k WHERE ${sameRow(this.identity, "k", "n")} AND ${this.sameContent("k", "n")})`;
  }

  forgetUnchanged(): string {
    return `DELETE FROM ${copyTable(this.was)} k USING (${this.all()}) n
      WHERE ${sameRow(this.identity, "k", "n")} AND ${this.sameContent("k", "n")}`;
  }

  uninsert(): string {
    const now = placedRows(this.before, this.table, this.identity, this.columns);
    return `DELETE FROM ${sqlName(this.table)} t USING (${now}) n, ${copyTable(this.became)} a
      WHERE t.ctid = n."$at" AND t.tableoid = n."$in" AND ${sameRow(this.identity, "n", "a")} AND ${this.sameContent("n", "a")}
      AND NOT EXISTS (SELECT FROM ${copyTable(this.was)} k WHERE ${sameRow(this.identity, "k", "a")})`;
  }

  unupdate(): string[] {
    const keys = new Set(this.identity.columns);
    const others = this.columns.filter((column) => !keys.has(column) && column.attributes.identity !== "a");
    if (others.length === 0) return [];
    const sets = others.map((column) => {
      const value = identifier(column.id.name);
      const untouched = `row(${stored(column, "t")})::record *= row(a.${value})::record`;
      return `${value} = CASE WHEN ${untouched} THEN ${restored(column, "k")} ELSE t.${value} END`;
    });
    const match = this.identity.columns
      .map((key) => `${stored(key, "t")} = k.${identifier(key.id.name)}`)
      .join(" AND ");
    return [
      `UPDATE ${sqlName(this.table)} t SET ${sets.join(", ")}
        FROM ${copyTable(this.was)} k JOIN ${copyTable(this.became)} a ON ${sameRow(this.identity, "k", "a")} WHERE ${match}`,
    ];
  }

  undelete(): string {
    const names = this.columns.map((column) => identifier(column.id.name)).join(", ");
    const values = this.columns.map((column) => restored(column, "k")).join(", ");
    return `INSERT INTO ${sqlName(this.table)} (${names}) OVERRIDING SYSTEM VALUE SELECT ${values}
      FROM ${copyTable(this.was)} k
      WHERE NOT EXISTS (SELECT FROM ${copyTable(this.became)} a WHERE ${sameRow(this.identity, "a", "k")})${this.absent()}`;
  }

  /** A row with the same key that was written since stays as it is. */
  private absent(): string {
    if (this.identity.by !== "key") return "";
    const match = this.identity.columns
      .map((key) => `${stored(key, "t")} = k.${identifier(key.id.name)}`)
      .join(" AND ");
    return ` AND NOT EXISTS (SELECT FROM ${sqlName(this.table)} t WHERE ${match})`;
  }

  /** Image equality: works for types without an equality operator, and distinguishes 1.0 from 1.00. */
  private sameContent(a: string, b: string): string {
    if (this.identity.by === "content") return "true";
    const list = (alias: string) => this.columns.map((column) => `${alias}.${identifier(column.id.name)}`).join(", ");
    return `row(${list(a)})::record *= row(${list(b)})::record`;
  }
}
