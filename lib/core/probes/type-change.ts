import type { ColumnObject } from "../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import type { Operation } from "../operations/index.js";
import { resolveTable } from "../operations/resolve.js";
import { parseType } from "../operations/type-change.js";
import { identifier, literal } from "../sql/quote.js";
import type { Probe, ProbeQuery } from "./probe.js";
import { countRows, holdsRows, humanTable, rowKey, sqlTable } from "./rows-sql.js";

const CODE = "probe.type-change";

/** Values that the new type of a column does not take, or takes only shortened. */
export const typeChange: Probe = {
  code: CODE,
  derive(operation, { before: { catalog: before } }) {
    if (operation.kind !== "alter-column-type") return [];
    const table = resolveTable(operation.table, before);
    const column = before.column(table, operation.column);
    if (!column || !holdsRows(before, table)) return [];
    if (operation.using !== null && !castsOnly(operation.using, operation.column)) {
      return [attempt(operation, table, column, operation.using, before)];
    }
    const condition = refused(column, operation.type, before.catalog.serverVersion);
    if (condition === null) return [];
    if (condition === "attempt") {
      return [attempt(operation, table, column, `t.${identifier(column.id.name)}::text::${operation.type}`, before)];
    }
    return [refusedValues(operation, table, column, condition, before)];
  },
};

function refusedValues(
  operation: Operation & { kind: "alter-column-type" },
  table: TableRef,
  column: ColumnObject,
  condition: string,
  before: CatalogIndex,
): ProbeQuery {
  const name = identifier(column.id.name);
  const rows = `FROM ${sqlTable(table)} t WHERE t.${name} IS NOT NULL AND ${condition}`;
  const repair = column.attributes.notNull
    ? `DELETE FROM ${sqlTable(table)} t WHERE t.${name} IS NOT NULL AND ${condition}`
    : `UPDATE ${sqlTable(table)} t SET ${name} = NULL WHERE t.${name} IS NOT NULL AND ${condition}`;
  return countRows({
    ...describe(operation, table),
    rows,
    key: rowKey(before, table, "t"),
    repair,
    reads: [table],
  });
}

/** Tries the conversion itself: a data exception of the server means that at least one value does not convert. */
function attempt(
  operation: Operation & { kind: "alter-column-type" },
  table: TableRef,
  column: ColumnObject,
  expression: string,
  before: CatalogIndex,
): ProbeQuery {
  const name = identifier(column.id.name);
  return {
    ...describe(operation, table),
    count: `SELECT count(*) - count(coalesce(ok::text, '')) AS count FROM (SELECT (${expression}) AS ok FROM ${sqlTable(table)} t OFFSET 0) c`,
    sample: `SELECT ${rowKey(before, table, "t")} AS key FROM ${sqlTable(table)} t WHERE t.${name} IS NULL AND false LIMIT 5`,
    repair: null,
    reads: [sqlTable(table)],
    doubt: null,
  };
}

function describe(operation: Operation & { kind: "alter-column-type" }, table: TableRef) {
  return {
    code: CODE,
    statement: operation.statement,
    subject: { kind: "column", name: `${humanTable(table)}.${operation.column}` },
    meaning: `values of ${humanTable(table)}.${operation.column} that do not fit ${operation.type}`,
  };
}

function castsOnly(using: string, column: string): boolean {
  const text = using.replaceAll('"', "").replaceAll(/\s+/g, "").toLowerCase();
  const name = column.toLowerCase();
  return text === name || new RegExp(`^${name.replaceAll(/[^\w]/g, "\\$&")}(::[a-z0-9_.(),\\[\\]]+)+$`).test(text);
}

const INTEGER_RANGE: Readonly<Record<string, readonly [string, string]>> = {
  smallint: ["-32768", "32767"],
  integer: ["-2147483648", "2147483647"],
  bigint: ["-9223372036854775808", "9223372036854775807"],
};

const NUMBERS = new Set(["smallint", "integer", "bigint", "numeric", "real", "double precision"]);
const TEXTS = new Set(["text", "character varying", "character", "citext"]);

/** The condition on `t.column` under which the new type refuses the value; null for never, "attempt" to try it. */
function refused(column: ColumnObject, to: string, serverVersion: number): string | "attempt" | null {
  const from = parseType(column.attributes.type);
  const target = parseType(to);
  if (!from || !target) return "attempt";
  const value = `t.${identifier(column.id.name)}`;
  const [length, scale = 0] = target.modifiers;
  if (TEXTS.has(target.base)) {
    return length === undefined ? null : `length(rtrim(${value}::text)) > ${length}`;
  }
  if (NUMBERS.has(from.base) && INTEGER_RANGE[target.base]) {
    const [low, high] = INTEGER_RANGE[target.base] ?? ["0", "0"];
    return `round(${value}::numeric) NOT BETWEEN ${low} AND ${high}`;
  }
  if (NUMBERS.has(from.base) && target.base === "numeric") {
    return length === undefined ? null : `abs(round(${value}::numeric, ${scale})) >= 1e${length - scale}`;
  }
  if (from.base === target.base) return null;
  if (serverVersion >= 160000 && TEXTS.has(from.base)) {
    return `NOT pg_input_is_valid(${value}::text, ${literal(to)})`;
  }
  if (TEXTS.has(from.base) && INTEGER_RANGE[target.base]) {
    const [low, high] = INTEGER_RANGE[target.base] ?? ["0", "0"];
    return `CASE WHEN ${value}::text ~ '^\\s*[-+]?[0-9]+\\s*$' THEN ${value}::text::numeric NOT BETWEEN ${low} AND ${high} ELSE true END`;
  }
  return "attempt";
}
