import type { Node } from "libpg-query";
import type { Catalog, ConstraintObject } from "../catalog/catalog.js";
import { CatalogIndex, type TableRef } from "../catalog/lookup.js";
import { humanName } from "../catalog/names.js";
import { sameTable } from "../catalog/tables.js";
import { operationsOfText } from "../operations/index.js";
import { functionsCalled } from "../operations/read/tables-read.js";
import { resolveTable } from "../operations/resolve.js";
import { isHarmless } from "../postgres/functions.js";
import { deparse } from "../sql/deparse.js";
import { isParsed, parseStatement } from "../sql/parse.js";
import { identifier, qualified } from "../sql/quote.js";
import type { Statement } from "../sql/statement.js";
import { isRefused, type MayLeave, mayLeave, mayLeaveBehind } from "./may-leave-events.js";
import type { ProbeQuery } from "./probe.js";
import { readableSource } from "./support/readable-source.js";
import { withCalls } from "./support/with-calls.js";
import { mayAlter, mayDefer, WrittenByCode } from "./written-by-code.js";

/**
 * Rows that a statement leaves with pending trigger events under a deferred constraint, where a later statement of the same transaction alters,
 * empties or drops the table: PostgreSQL refuses that (55006, object_in_use), but only on tenants that have such rows. An UPDATE of one key by
 * expressions over its own row can be predicted; anything else, and tables that the release touched before, only an execution on the tenant's clone
 * can tell, if there are rows at all.
 *
 * `scripts` are the statements of one transaction each, in order.
 */
export function probePendingEvents(scripts: readonly (readonly Statement[])[], before: Catalog): readonly ProbeQuery[] {
  const index = new CatalogIndex(before);
  const code = new WrittenByCode(before);
  const touched = new Set<string>();
  const found: ProbeQuery[] = [];
  for (const statements of scripts) {
    let deferred = false;
    for (const [at, statement] of statements.entries()) {
      const tables = tablesOf(statement, index);
      const target = tables.some((table) => touched.has(humanName(table))) ? null : updateOf(statement, index);
      code.note(statement);
      const behind = code.behind(statement);
      deferred ||= defers(statement) || (behind !== null && mayDefer(behind));
      const byCode = behind === null ? [] : mayLeaveBehind(behind, index, deferred);
      const own = mayLeave(statement, index, deferred).filter(
        ({ table }) => !byCode.some((each) => sameTable(each.table, table)),
      );
      for (const left of [...own, ...byCode]) {
        const refused = refusedNext({ statements, at, code }, left.table, index);
        if (!refused) continue;
        const foretold = target !== null && left.under.every((each) => each === target.constraint);
        found.push(foretold ? probeOf(statement, refused, target) : suspicionOf(statement, refused, left, touched));
      }
      for (const table of tables) touched.add(humanName(table));
    }
  }
  return found;
}

interface Target {
  readonly table: TableRef;
  readonly constraint: ConstraintObject;
  /** FROM and WHERE for the rows whose key the UPDATE changes to one that must be looked up. */
  readonly body: string;
}

function nodeOf(statement: Statement): Node | null {
  const parsed = parseStatement(statement);
  return isParsed(parsed) ? parsed.node : null;
}

function tablesOf(statement: Statement, index: CatalogIndex): readonly TableRef[] {
  return operationsOfText(statement).flatMap((operation) => {
    const own = "table" in operation && operation.table ? [operation.table] : [];
    return [...own, ...("reads" in operation ? operation.reads : [])].map((name) => resolveTable(name as never, index));
  });
}

/** An UPDATE of one table by expressions over itself. Null for any other statement, and where it sets no deferred key. */
function updateOf(statement: Statement, index: CatalogIndex): Target | null {
  const node = nodeOf(statement);
  if (!node || !("UpdateStmt" in node)) return null;
  const { relation, targetList = [], whereClause, fromClause, withClause } = node.UpdateStmt;
  const [operation] = operationsOfText(statement);
  if (!relation || fromClause || withClause || operation?.kind !== "write-rows") return null;
  const table = resolveTable(operation.table, index);
  const values = new Map(
    targetList.flatMap((each) =>
      "ResTarget" in each && each.ResTarget.name && each.ResTarget.val && !("MultiAssignRef" in each.ResTarget.val)
        ? [[each.ResTarget.name, each.ResTarget.val] as const]
        : [],
    ),
  );
  const constraint = index
    .constraints(table)
    .find(({ attributes }) => isDeferredKey(attributes) && values.has(attributes.columns[0] ?? ""));
  const column = constraint?.attributes.columns[0];
  const value = column === undefined ? undefined : values.get(column);
  if (!constraint || column === undefined || !value || "SetToDefault" in value) return null;
  if (operation.reads.length > 0 || namesTenantsOwn([value, whereClause])) return null;
  const alias = identifier(relation.alias?.aliasname ?? relation.relname ?? "");
  const next = deparse(value);
  const conditions = [
    ...(whereClause ? [`(${deparse(whereClause)})`] : []),
    `(${next}) IS NOT NULL`,
    `${alias}.${identifier(column)} IS DISTINCT FROM (${next})`,
  ];
  return {
    table,
    constraint,
    body: `FROM ${qualified(table.schema, table.name)} AS ${alias} WHERE ${conditions.join(" AND ")}`,
  };
}

/**
 * Our queries find functions and types only in pg_catalog, so whatever may name the tenant's own is left to the clone: a subquery, a function that is
 * not PostgreSQL's, a cast.
 */
function namesTenantsOwn(expressions: readonly (Node | undefined)[]): boolean {
  const text = JSON.stringify(expressions);
  return /"(SubLink|TypeCast)":/.test(text) || !functionsCalled(expressions).every(isHarmless);
}

/** A key of one column: with several, which of them are looked up depends on all. */
function isDeferredKey({ type, deferred, columns }: ConstraintObject["attributes"]): boolean {
  return type === "f" && deferred && columns.length === 1;
}

/** SET CONSTRAINTS … IMMEDIATE lets the events fire. */
function settles(statement: Statement): boolean {
  const node = nodeOf(statement);
  return node !== null && "ConstraintsSetStmt" in node && node.ConstraintsSetStmt.deferred !== true;
}

function defers(statement: Statement): boolean {
  const node = nodeOf(statement);
  return node !== null && "ConstraintsSetStmt" in node && node.ConstraintsSetStmt.deferred === true;
}

/** The statement that PostgreSQL refuses while the events are pending: the same one if it is a block, otherwise a later one. */
function refusedNext(
  { statements, at, code }: { statements: readonly Statement[]; at: number; code: WrittenByCode },
  table: TableRef,
  index: CatalogIndex,
): Statement | undefined {
  const refuses = (each: Statement) => {
    if (isRefused(each, table, index)) return true;
    const behind = code.behind(each);
    return behind !== null && mayAlter(behind, table, index);
  };
  const [own, ...later] = statements.slice(at);
  if (own && refuses(own)) return own;
  const next = later.find((each) => settles(each) || refuses(each));
  return next && !settles(next) ? next : undefined;
}

function suspicionOf(
  statement: Statement,
  next: Statement,
  { table, reads }: MayLeave,
  touched: ReadonlySet<string>,
): ProbeQuery {
  const name = humanName(table);
  const some = (reads ?? [])
    .map((each) => `(SELECT 1 FROM ${qualified(each.schema, each.name)} LIMIT 1)`)
    .join(" UNION ALL ");
  const filled = (reads ?? []).some((each) => touched.has(humanName(each)));
  return withCalls({
    code: "probe.pending-events",
    subject: { kind: "table", name },
    statement,
    meaning: `rows from which the statement at ${readableSource(statement.source)} may leave pending trigger events in ${name}, so that ${readableSource(next.source)} is refused (55006)`,
    count: `SELECT count(*) AS count, '[]'::json AS keys FROM (${some || "SELECT 1"}) AS found`,
    sample: null,
    repair: null,
    reads: [],
    uncertainty: filled ? "The release has changed these tables before" : null,
    suspicion: "Which rows leave such events is known on a clone of the tenant alone",
  });
}

function probeOf(statement: Statement, next: Statement, { table, constraint, body }: Target): ProbeQuery {
  const name = humanName(table);
  return withCalls({
    code: "probe.pending-events",
    subject: { kind: "table", name },
    statement,
    meaning: `rows of ${name} that this UPDATE leaves with pending trigger events of ${constraint.id.name}, which is deferred, so that ${readableSource(next.source)} is refused (55006): set it IMMEDIATE between the two`,
    count: `SELECT count(*) AS count, '[]'::json AS keys ${body}`,
    sample: null,
    repair: null,
    reads: [qualified(table.schema, table.name)],
    uncertainty: null,
  });
}
