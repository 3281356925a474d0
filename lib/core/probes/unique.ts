import type { IndexKey, Operation, UniqueSpec } from "../operations/index.js";
import { parseType } from "../postgres/type-change.js";
import { identifier } from "../sql/quote.js";
import type { Moment, Probe, ProbeDraft } from "./probe.js";
import type { ReleaseState } from "./state/release-state.js";
import { overRows, readsOf } from "./state/rows.js";
import { type TableState, uncertaintyOf } from "./state/table-state.js";
import { columnsNamed } from "./support/columns-named.js";
import {
  countDuplicates,
  repeated,
  shownDuplicates,
  type WantedKey,
  type WantedPart,
} from "./support/duplicate-rows.js";
import { tableName } from "./support/hit-query.js";
import { repairDuplicates } from "./support/repair-duplicates.js";
import { typeOfExpression } from "./support/type-of-expression.js";

/** Duplicates where a unique index, a unique constraint or a primary key is created. */
export const unique: Probe = {
  code: "probe.unique",
  derive(operation, moment) {
    return keysOf(operation, moment).map((wanted) => probeOf(operation, moment, wanted));
  },
};

function keysOf(operation: Operation, { before, after }: Moment): readonly WantedKey[] {
  switch (operation.kind) {
    case "create-index": {
      const table = before.table(operation.table);
      if (!operation.unique || !table) return [];
      const schema = table.name.schema;
      const { name, ifNotExists } = operation;
      if (ifNotExists && name !== null && before.hasRelation({ schema, name })) return [];
      const { predicate, nullsNotDistinct } = operation;
      return [wanted(before, table, operation.keys.map(partOfKey), predicate, nullsNotDistinct)];
    }
    case "add-constraint":
      return ofConstraint(before, before.table(operation.table), operation.constraint);
    case "add-column": {
      const table = before.table(operation.table);
      if (table?.columns.some(({ name }) => name === operation.column.name)) return [];
      return operation.column.constraints.flatMap((each) => ofConstraint(after, after.table(operation.table), each));
    }
    default:
      return [];
  }
}

function ofConstraint(
  state: ReleaseState,
  table: TableState | undefined,
  constraint: { readonly type: string },
): readonly WantedKey[] {
  if (!table || !isUnique(constraint) || constraint.usingIndex !== null || constraint.withoutOverlaps) return [];
  const parts = constraint.columns.map((column) => ({ sql: identifier(column), column }));
  return [wanted(state, table, parts, null, constraint.nullsNotDistinct)];
}

function isUnique(constraint: { readonly type: string }): constraint is UniqueSpec {
  return constraint.type === "unique" || constraint.type === "primary key";
}

function partOfKey(key: IndexKey): WantedPart {
  const collate = key.collation === null ? "" : ` COLLATE ${key.collation}`;
  return { sql: `${key.expression}${collate}`, column: key.column };
}

function wanted(
  state: ReleaseState,
  table: TableState,
  parts: readonly WantedPart[],
  predicate: string | null,
  nullsNotDistinct: boolean,
): WantedKey {
  const names = parts.map((part) => part.column ?? part.sql);
  const [only] = names;
  const name = names.length === 1 && only !== undefined ? only : `(${names.join(", ")})`;
  const hashed =
    state.catalog.catalog.serverVersion >= HASHES_RECORDS &&
    parts.every(({ sql }) => HASHED.has(parseType(typeOfExpression(sql, table) ?? "")?.base ?? ""));
  return { table, parts, predicate, nullsNotDistinct, hashed, name };
}

/** PostgreSQL 14 introduced hashes of records, which are those of their fields' types and collations. */
const HASHES_RECORDS = 140_000;

/** Types whose equal values have equal hashes, by PostgreSQL's own hash operator classes. */
const HASHED = new Set([
  ...["smallint", "integer", "bigint", "numeric", "real", "double precision", "boolean", "uuid", "bytea", "oid"],
  ...["text", "character varying", "character", "citext", "jsonb", "inet", "interval"],
  ...["date", "timestamp without time zone", "timestamp with time zone", "time without time zone"],
]);

function probeOf(operation: Operation, { before }: Moment, key: WantedKey): ProbeDraft {
  const { table } = key;
  const columns = columnsNamed(table, [...key.parts.map((part) => part.sql), key.predicate ?? ""]);
  const rows = [table.ownRows];
  const where = key.predicate === null ? "" : ` where ${key.predicate}`;
  return {
    code: unique.code,
    subject: { kind: "table", name: tableName(table) },
    statement: operation.statement,
    meaning: `rows of ${tableName(table)} that repeat ${key.name} of another row${where}`,
    count: overRows(
      rows,
      `SELECT (${countDuplicates(key)}) AS count, to_json(ARRAY(${shownDuplicates(key, columns)})) AS keys`,
      [repeated(key)],
    ),
    sample: null,
    repair: repairDuplicates(before, key, columns),
    reads: readsOf(rows),
    uncertainty: uncertaintyOf(table, columns),
  };
}
