import type { Constraint, RangeVar } from "libpg-query";
import { type ColumnType, printType } from "../../../postgres/column-type.js";
import { mayReference } from "../../../postgres/foreign-key-types.js";
import { strings } from "../../../sql/tree.js";
import { columnsOfConstraint } from "../../known/from-definition.js";
import { partsKey, rangeKey } from "../../known/key.js";
import type { Known } from "../../known/known.js";
import type { KnownColumn, KnownTable } from "../../known/table.js";
import type { LintStatement } from "../../lint-statement.js";

export interface NewForeignKey {
  readonly table: RangeVar;
  readonly constraint: Constraint;
  /** The column that it is written next to. */
  readonly column: string | undefined;
  /** Columns that the same statement creates. */
  readonly fresh: readonly KnownColumn[];
}

/** Why the server refuses a foreign key regardless of the rows (ATAddForeignKeyConstraint); null where it does not, or may not. */
export function whyNoForeignKey(known: Known, statement: LintStatement, key: NewForeignKey): string | null {
  const { constraint, table, fresh } = key;
  const target = constraint.pktable;
  if (!target || constraint.fk_with_period) return null;
  const to = known.tables.get(rangeKey(target));
  if (!to) return known.dependents.get("view", rangeKey(target)) ? `${rangeKey(target)} is a view` : null;
  if (!to.complete || (to.origin === "nowhere" && !known.isNewTable(to, statement))) return null;
  if (to.kind !== "table" && to.kind !== "partitioned") return `it is a ${to.kind}`;
  const named = strings(constraint.pk_attrs);
  const primary = to.constraints.findLast(({ type }) => type === "primary")?.columns;
  if (named.length === 0 && !primary) return "that has no primary key";
  const referenced = named.length > 0 ? named : (primary ?? []);
  const missing = referenced.find((name) => !to.columns.has(name));
  if (missing !== undefined) return `that has no column ${missing}`;
  const own = columnsOfConstraint(constraint, key.column);
  if (own.length !== referenced.length) return `${own.length} columns point at ${referenced.length}`;
  if (named.length > 0 && !isUnique(known, to, referenced)) return `(${referenced.join(", ")}) is not a key there`;
  const columns = new Map([
    ...(known.tables.get(rangeKey(table))?.columns ?? []),
    ...fresh.map((column) => [column.name, column] as const),
  ]);
  for (const [at, name] of own.entries()) {
    const [from, into] = [columns.get(name)?.type ?? null, to.columns.get(referenced[at] ?? "")?.type ?? null];
    if (from && into && areComparable(known, from, into) === false) {
      return `${name} is ${printType(from)} and ${referenced[at]} there ${printType(into)}`;
    }
  }
  return null;
}

/** A unique index without a predicate, not of a deferrable constraint, over exactly these columns in any order. */
function isUnique(known: Known, table: KnownTable, columns: readonly string[]): boolean {
  const wanted = [...columns].sort().join();
  const constraints = table.constraints.filter(({ type }) => type === "primary" || type === "unique");
  const indexes = known
    .indexesOf(table.key)
    .filter(({ unique, partial, valid }) => unique && !partial && valid)
    .filter(({ constraint }) => !constraints.some((item) => item.name === constraint && item.deferrable));
  const keys = [
    ...constraints.filter(({ deferrable }) => !deferrable).map((item) => item.columns),
    ...indexes.map((index) => index.keys),
  ];
  return keys.some((each) => [...each].sort().join() === wanted);
}

function areComparable(known: Known, from: ColumnType, to: ColumnType): boolean | null {
  const [a, b] = [baseOf(known, from), baseOf(known, to)];
  if (a === null || b === null || a.array || b.array) return null;
  const [enumA, enumB] = [isEnum(known, a), isEnum(known, b)];
  if (enumA && enumB) return a.name.split(".").at(-1) === b.name.split(".").at(-1);
  if (enumA || enumB) return mayReference((enumA ? b : a).name, (enumA ? b : a).name) === null ? null : false;
  return mayReference(a.name, b.name);
}

function baseOf(known: Known, type: ColumnType): ColumnType | null {
  const found = known.types.get(typeKey(type));
  return found?.kind === "domain" ? (found.domain?.base ? baseOf(known, found.domain.base) : null) : type;
}

function isEnum(known: Known, type: ColumnType): boolean {
  return known.types.get(typeKey(type))?.kind === "enum";
}

function typeKey(type: ColumnType): string {
  return partsKey(type.name.replaceAll('"', "").split("."));
}
