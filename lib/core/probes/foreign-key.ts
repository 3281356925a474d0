import type { ForeignKeySpec, Operation } from "../operations/index.js";
import { parseType } from "../postgres/type-change.js";
import { identifier } from "../sql/quote.js";
import type { Moment, Probe, ProbeDraft } from "./probe.js";
import { columnOf, type TableState, uncertaintyOf } from "./state/table-state.js";
import { hitQuery, tableName } from "./support/hit-query.js";
import { type Reference, repairOrphans } from "./support/repair-orphans.js";
import { rowKey } from "./support/row-key.js";
import { validatedConstraints } from "./support/validated-constraints.js";

/** Rows whose referenced row does not exist, where a foreign key is created or validated. */
export const foreignKey: Probe = {
  code: "probe.foreign-key",
  derive(operation, moment) {
    return validatedConstraints(operation, moment).flatMap(({ table, constraint }) =>
      constraint.type === "foreign key" ? probesOf(operation, moment, table, constraint) : [],
    );
  },
};

function probesOf(
  operation: Operation,
  moment: Moment,
  child: TableState,
  constraint: ForeignKeySpec,
): readonly ProbeDraft[] {
  const parent = moment.after.table(constraint.references);
  if (!parent) return [];
  const to = constraint.referencedColumns.length > 0 ? constraint.referencedColumns : parent.key;
  const reference: Reference = { child, parent, from: constraint.columns, to, match: constraint.match };
  const key = rowKey(child, "child", constraint.columns);
  const names = constraint.columns.length === 1 ? constraint.columns.join() : `(${constraint.columns.join(", ")})`;
  const rows = [child.ownRows, parent.ownRows];
  return [
    hitQuery({
      code: foreignKey.code,
      subject: { kind: "table", name: tableName(child) },
      statement: operation.statement,
      meaning: `rows of ${tableName(child)} whose ${names} names no row of ${tableName(parent)}`,
      body: `FROM ${child.ownRows.from} AS child WHERE ${orphaned(reference, constraint.period)}`,
      key: key.text,
      order: key.order,
      rows,
      repair: constraint.period ? null : repairOrphans(moment.before, reference),
      uncertainty: uncertaintyOf(child, constraint.columns) ?? uncertaintyOf(parent, to),
    }),
  ];
}

function orphaned(reference: Reference, period: boolean): string {
  const { from, to, parent } = reference;
  const child = (name: string) => `child.${identifier(name)}`;
  const present = from.map((name) => `${child(name)} IS NOT NULL`).join(" AND ");
  const pairs = from.map((name, at) => same(reference, name, to[at] ?? name));
  const lastChild = child(from.at(-1) ?? "");
  const lastParent = `parent.${identifier(to.at(-1) ?? "")}`;
  const match = period
    ? `${[...pairs.slice(0, -1), `${lastParent} && ${lastChild}`].join(" AND ")} HAVING ${lastChild} <@ range_agg(${lastParent})`
    : pairs.join(" AND ");
  const missing = `${present} AND NOT EXISTS (SELECT FROM ${parent.ownRows.from} AS parent WHERE ${match})`;
  if (reference.match === "simple" || from.length === 1) return missing;
  const some = from.map((name) => `${child(name)} IS NOT NULL`).join(" OR ");
  return `(${missing}) OR ((${some}) AND NOT (${present}))`;
}

const PLAIN_TEXTS = new Set(["text", "character varying"]);

/** A text and a padded type would be compared as texts; the key compares them as padded. */
function castTo(own: string, theirs: string): string {
  if (!PLAIN_TEXTS.has(parseType(own)?.base ?? "")) return "";
  return parseType(theirs)?.base === "character" ? "::pg_catalog.bpchar" : "";
}

/** Compared as the server will compare: under the referenced column's collation. */
function same({ child, parent }: Reference, from: string, to: string): string {
  const own = columnOf(child, from);
  const theirs = columnOf(parent, to);
  const collation = theirs?.collation ?? null;
  const collate = (own?.collation ?? null) === collation ? "" : ` COLLATE ${collation ?? 'pg_catalog."default"'}`;
  return `parent.${identifier(to)} = child.${identifier(from)}${castTo(own?.type ?? "", theirs?.type ?? "")}${collate}`;
}
