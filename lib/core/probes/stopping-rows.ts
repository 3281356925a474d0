import type { Catalog } from "../catalog/catalog.js";
import { CatalogIndex, type TableRef } from "../catalog/lookup.js";
import { type ConstraintSpec, type Operation, operationsOfText } from "../operations/index.js";
import { resolveTable } from "../operations/resolve.js";
import type { RollbackCandidate } from "../rollback/plan.js";
import type { Statement } from "../sql/statement.js";
import { switchesTriggers } from "../undo/keep/without-triggers.js";
import { deriveProbes, type ProbeQuery } from "./index.js";

/** The way back of one migration of a release. */
export interface WayBack {
  readonly version: string;
  readonly candidate: RollbackCandidate;
}

/** A query for the rows that would stop a way back: they contradict what it makes again. */
export interface StoppingRows {
  readonly version: string;
  readonly query: ProbeQuery;
}

/** What a probe asks about besides rows: the dry run has answered it. */
const NOT_OF_ROWS: ReadonlySet<string> = new Set(["probe.dependents", "probe.old-snapshots"]);

/**
 * What rows written since a release would stop its way back: the ways back are themselves a release over the schema that it leads to, and are
 * probed like one. `ways` in the order in which they run. The parser must be loaded.
 */
export function stoppingRows(ways: readonly WayBack[], released: Catalog): readonly StoppingRows[] {
  const versions = new Map(ways.map((way) => [placeOf(way), way]));
  return deriveProbes(ways.flatMap(statementsOf), released).flatMap((query) => {
    const way = versions.get(query.statement.source.file);
    return !way || NOT_OF_ROWS.has(query.code) || isReplaced(query, way) ? [] : [{ version: way.version, query }];
  });
}

function placeOf({ version }: WayBack): string {
  return `the way back of ${version}`;
}

function statementsOf(way: WayBack): readonly Statement[] {
  const { aside, statements } = way.candidate;
  const texts = statements.flatMap((sql, at) => [
    ...aside.filter(({ statement }) => statement === at).flatMap(({ foretold }) => foretold.before),
    ...(switchesTriggers(sql) ? [] : [sql]),
  ]);
  const after = aside.flatMap(({ foretold }) => foretold.after);
  const file = placeOf(way);
  return [...texts, ...after].map((sql, index) => ({ index, sql, source: { file, line: index + 1, column: 1 } }));
}

function isReplaced({ code, subject }: ProbeQuery, { candidate }: WayBack): boolean {
  return (
    code === "probe.type-change" && candidate.aside.some(({ foretold }) => foretold.replaced.includes(subject.name))
  );
}

/**
 * Those among them that only the release allows: what it drops or widens, and the way back makes again. Not what the way back merely builds
 * again, since it holds rows as long as the release is in place.
 */
export function allowedByRelease(found: readonly StoppingRows[], released: Catalog): readonly StoppingRows[] {
  const index = new CatalogIndex(released);
  return found.filter(({ query }) =>
    operationsOfText(query.statement).some((operation) => isMadeAgain(operation, index)),
  );
}

function isMadeAgain(operation: Operation, released: CatalogIndex): boolean {
  switch (operation.kind) {
    case "alter-domain":
    case "attach-partition":
      return true;
    case "set-not-null":
      return !isRequired(resolveTable(operation.table, released), operation.column, released);
    case "add-constraint":
      return !holds(operation.constraint, resolveTable(operation.table, released), operation.statement.sql, released);
    case "create-index": {
      const indexes = released.indexes(resolveTable(operation.table, released));
      return !indexes.some(({ id, attributes }) => id.name === operation.name && attributes.unique);
    }
    default:
      return false;
  }
}

function isRequired(table: TableRef, column: string, released: CatalogIndex): boolean {
  return released.column(table, column)?.attributes.notNull === true;
}

/** Another type of a column makes the server print the same constraint in other words. */
function holds(constraint: ConstraintSpec, table: TableRef, sql: string, released: CatalogIndex): boolean {
  if (constraint.type === "not null") return isRequired(table, constraint.column, released);
  const known = released.constraints(table).find(({ id }) => id.name === constraint.name);
  if (!known) return "columns" in constraint && isKeptByIndex(constraint, table, released);
  if (constraint.type === "check") return known.definition !== null && sql.endsWith(known.definition);
  return !("columns" in constraint) || String(known.attributes.columns) === String(constraint.columns);
}

function isKeptByIndex(
  { type, columns }: Extract<ConstraintSpec, { readonly columns: readonly string[] }>,
  table: TableRef,
  released: CatalogIndex,
): boolean {
  if (type !== "unique" && type !== "primary key") return false;
  return released.indexes(table).some(({ attributes: { unique, valid, predicate, keys } }) => {
    const isAll = predicate === null && keys.length === columns.length;
    return unique && valid && isAll && keys.every((key) => columns.includes(key.replace(/^"(.*)"$/, "$1")));
  });
}
