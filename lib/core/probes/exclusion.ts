import type { ExclusionSpec, Operation, UniqueSpec } from "../operations/index.js";
import { identifier } from "../sql/quote.js";
import type { Moment, Probe, ProbeDraft } from "./probe.js";
import { overRows, readsOf } from "./state/rows.js";
import { type TableState, uncertaintyOf } from "./state/table-state.js";
import { columnsNamed } from "./support/columns-named.js";
import { failingRows } from "./support/failing-rows.js";
import { SAMPLE_SIZE, tableName } from "./support/hit-query.js";
import { overlappingRanges, rangeElement } from "./support/overlapping-ranges.js";
import { rowKey } from "./support/row-key.js";
import { setAside } from "./support/set-aside.js";
import { tableNow } from "./support/table-now.js";
import { validatedConstraints } from "./support/validated-constraints.js";

/** Rows that an exclusion constraint, or a key WITHOUT OVERLAPS, would not allow next to another row. */
export const exclusion: Probe = {
  code: "probe.exclusion",
  derive(operation, moment) {
    return validatedConstraints(operation, moment).flatMap(({ table, constraint }) => {
      if (constraint.type === "exclusion") return [probeOf(operation, moment, table, wantedOf(constraint))];
      if ((constraint.type !== "unique" && constraint.type !== "primary key") || !constraint.withoutOverlaps) return [];
      const elements = constraint.columns.map((column, at) => ({
        sql: identifier(column),
        operator: at === constraint.columns.length - 1 ? "&&" : "=",
      }));
      return [
        probeOf(operation, moment, table, { elements, predicate: null }),
        empties(operation, moment, table, constraint),
      ];
    });
  },
};

/** A key over time accepts no empty range. */
function empties(operation: Operation, { before }: Moment, table: TableState, { columns }: UniqueSpec): ProbeDraft {
  const range = columns.at(-1) ?? "";
  return failingRows(before, {
    code: exclusion.code,
    subject: { kind: "table", name: tableName(table) },
    statement: operation.statement,
    meaning: `rows of ${tableName(table)} whose ${range} is an empty range`,
    table,
    condition: `isempty(${identifier(table.name.name)}.${identifier(range)})`,
    columns: [range],
    own: true,
    why: "clashing",
    set: null,
  });
}

export interface WantedExclusion {
  readonly elements: readonly { readonly sql: string; readonly operator: string }[];
  readonly predicate: string | null;
}

function wantedOf({ elements, predicate }: ExclusionSpec): WantedExclusion {
  return { elements: elements.map(({ expression, operator }) => ({ sql: bare(expression), operator })), predicate };
}

/** An element may name an operator class after its expression. */
function bare(expression: string): string {
  return expression.replace(/\s+("?[\w$]+"?\.)?"?\w+_ops"?$/, "");
}

function probeOf(operation: Operation, { before }: Moment, table: TableState, wanted: WantedExclusion): ProbeDraft {
  const texts = wanted.elements.map((element) => element.sql);
  const columns = columnsNamed(table, [...texts, wanted.predicate ?? ""]);
  const rows = [table.ownRows];
  const clashing = clashingRows(table, wanted, columns, []);
  const now = tableNow(before, table, [...columns, ...table.key]);
  const place = ["tableoid", "ctid"].map((name) => `${identifier(table.name.name)}.${name}`);
  const chosen = now && `SELECT m0, m1 FROM (${clashingRows(now, wanted, columns, place)}) AS clashing`;
  return {
    code: exclusion.code,
    subject: { kind: "table", name: tableName(table) },
    statement: operation.statement,
    meaning: `rows of ${tableName(table)} that clash with another row on ${wanted.elements.map(({ sql, operator }) => `${sql} ${operator}`).join(", ")}`,
    count: overRows(
      rows,
      `SELECT (SELECT count(*) FROM ${CLASHING}) AS count, to_json(ARRAY(SELECT key FROM ${CLASHING} ORDER BY position LIMIT ${SAMPLE_SIZE})) AS keys`,
      [{ name: CLASHING, sql: `SELECT key, position FROM (${clashing}) AS found` }],
    ),
    sample: null,
    repair:
      now?.origin && chosen
        ? setAside(
            before,
            now.origin,
            { why: "clashing", says: `Rows of ${tableName(table)} that clash with an earlier one leave the table` },
            chosen,
          )
        : null,
    reads: readsOf(rows),
    uncertainty: uncertaintyOf(table, columns),
  };
}

const CLASHING = identifier("$clashing");

/** Rows that conflict with an earlier one, with `key`, `position` and whatever else is asked for. */
function clashingRows(
  table: TableState,
  wanted: WantedExclusion,
  columns: readonly string[],
  more: readonly string[],
): string {
  const alias = identifier(table.name.name);
  const row = rowKey(table, alias, columns);
  const values = wanted.elements.map(({ sql }, at) => `(${sql}) AS e${at}`);
  const extra = more.map((sql, at) => `${sql} AS m${at}`);
  const present = wanted.elements.map(({ sql }) => `(${sql}) IS NOT NULL`);
  const where = [...present, ...(wanted.predicate === null ? [] : [`(${wanted.predicate})`])].join(" AND ");
  const list = [...values, `${row.text} AS key`, `${row.order} AS position`, ...extra].join(", ");
  const from = `SELECT ${list} FROM ${table.ownRows.from} AS ${alias} WHERE ${where}`;
  const range = rangeElement(table, wanted);
  if (range !== null) return overlappingRanges(from, wanted, range);
  const clash = wanted.elements.map(({ operator }, at) => `other.e${at} ${operator} one.e${at}`).join(" AND ");
  return `SELECT one.* FROM (${from}) AS one WHERE EXISTS (SELECT FROM (${from}) AS other WHERE other.position < one.position AND ${clash})`;
}
