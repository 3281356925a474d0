import type { AlterColumnType } from "../operations/index.js";
import { expressionTree, isPlainCastThroughText } from "../postgres/plain-cast.js";
import { deparseType } from "../sql/deparse.js";
import { identifier } from "../sql/quote.js";
import type { Moment, Probe, ProbeDraft } from "./probe.js";
import { overRows, readsOf } from "./state/rows.js";
import { type ColumnState, columnOf, type TableState, uncertaintyOf } from "./state/table-state.js";
import { columnsNamed } from "./support/columns-named.js";
import { domainChain } from "./support/domains.js";
import { failingRows } from "./support/failing-rows.js";
import { tableName } from "./support/hit-query.js";
import { refusedBy, tooLongFor } from "./support/refused-by.js";
import { unknownProbe } from "./support/unknown-probe.js";

/** Values that a column's new type does not accept, or accepts only truncated. */
export const typeChange: Probe = {
  code: "probe.type-change",
  derive(operation, { before }) {
    if (operation.kind !== "alter-column-type") return [];
    const table = before.table(operation.table);
    const column = table && columnOf(table, operation.column);
    const made = before.madeType(operation.type);
    // For an enum that the release creates, its labels are asked about.
    if (!table || !column || (made !== undefined && made !== null)) return [];
    if (made === null) {
      const reason = `${operation.type} is made by the release itself, so that nothing can be cast to it yet`;
      return [unknownProbe(typeChange.code, operation.statement, table, reason)];
    }
    if (before.isAltered(operation.type)) {
      const reason = `A statement before it alters ${operation.type}, so that it is not yet as the values will meet it`;
      return [unknownProbe(typeChange.code, operation.statement, table, reason)];
    }
    return [...refused(operation, before, table, column), ...emptied(operation, table, column)];
  },
};

function refused(
  operation: AlterColumnType,
  before: Moment["before"],
  table: TableState,
  column: ColumnState,
): readonly ProbeDraft[] {
  const plain = isPlain(operation);
  const value = plain ? `${identifier(table.name.name)}.${identifier(column.name)}` : `(${operation.using})`;
  const condition = plain
    ? refusedBy(value, column.type, operation.type, before)
    : tooLongFor(value, operation.type, before);
  if (condition === "never") return [];
  if (condition === "attempt") return [attempt(operation, table, column, `${value}::${operation.type}`)];
  const held = column.notNull || column.generated || domainChain(operation.type, before).some(({ notNull }) => notNull);
  const set = held ? null : { column: column.name, value: "NULL" };
  const cut = cutTo(column, operation);
  return [
    failingRows(before, {
      ...described(operation, table),
      table,
      condition,
      columns: columnsNamed(table, [value]),
      own: false,
      why: "converted",
      set: plain ? (cut ?? set) : null,
    }),
  ];
}

/** A text that is too long can be truncated, with the whole text kept aside. */
function cutTo(column: ColumnState, operation: AlterColumnType): { column: string; value: string } | null {
  const length = /^(?:varchar|character varying|char|character|bpchar)\s*\((\d+)\)$/i.exec(operation.type)?.[1];
  const text = /^(text|character( varying)?(\(\d+\))?|citext)$/.test(column.type);
  if (length === undefined || !text || column.generated) return null;
  return { column: column.name, value: `left(${identifier(column.name)}, ${length})` };
}

/** Does the conversion itself: an error from the server says that at least one value does not convert. */
function attempt(operation: AlterColumnType, table: TableState, column: ColumnState, expression: string): ProbeDraft {
  const alias = identifier(table.name.name);
  const query = `SELECT 0 * count(converted) AS count FROM (SELECT (${expression}) AS converted FROM ${table.rows.from} AS ${alias} OFFSET 0) AS attempt`;
  return {
    ...described(operation, table),
    count: overRows([table.rows], query),
    sample: "SELECT NULL::text AS key WHERE false",
    repair: null,
    reads: readsOf([table.rows]),
    uncertainty: uncertaintyOf(table, [column.name]),
  };
}

/** The author's own conversion may return NULL where the column must not hold it. */
function emptied(operation: AlterColumnType, table: TableState, column: ColumnState): readonly ProbeDraft[] {
  if (!column.notNull || operation.using === null || isPlain(operation)) return [];
  const alias = identifier(table.name.name);
  const query = `SELECT count(*) AS count FROM ${table.rows.from} AS ${alias} WHERE (${operation.using}) IS NULL`;
  return [
    {
      ...described(operation, table),
      meaning: `values of ${tableName(table)}.${column.name} that become NULL in a column that is NOT NULL`,
      count: overRows([table.rows], query),
      sample: "SELECT NULL::text AS key WHERE false",
      repair: null,
      reads: readsOf([table.rows]),
      uncertainty: uncertaintyOf(table, [column.name]),
    },
  ];
}

function described(operation: AlterColumnType, table: TableState) {
  const name = `${tableName(table)}.${operation.column}`;
  return {
    code: typeChange.code,
    subject: { kind: "column", name },
    statement: operation.statement,
    meaning: `values of ${name} that do not fit ${operation.type}`,
  };
}

function isPlain({ using, type, column }: AlterColumnType): boolean {
  return using === null || isPlainCastThroughText(expressionTree(using), type, column, deparseType);
}
