import type { TableRef } from "../../catalog/lookup.js";
import { childrenOf, descendants, sameTable } from "../../catalog/tables.js";
import { type Operation, operationsOf } from "../../operations/index.js";
import { bodyStatements } from "../../sql/body-statements.js";
import { isParsed, parseSql } from "../../sql/parse.js";
import type { ParsedStatement } from "../../sql/statement.js";
import type { ReleaseState } from "./release-state.js";
import type { TableState } from "./table-state.js";

/** Tables that a piece of code may write; "any" when its text does not tell. */
export type Written = "any" | readonly TableRef[];

/** What else changes when a table is written: through triggers, rules and foreign keys. */
export interface Consequences {
  /** True when the table's own rows may end up different from what the statement says. */
  readonly own: boolean;
  readonly others: Written;
}

export function consequencesOf(state: ReleaseState, table: TableState, removes: boolean): Consequences {
  const { origin } = table;
  if (origin === null) return { own: false, others: [] };
  const { objects } = state.catalog.catalog;
  const family = [origin, ...descendants(state.catalog, origin)];
  const stands = (id: { readonly schema?: string; readonly table?: string }) =>
    family.some((each) => each.schema === id.schema && each.name === id.table);
  if (objects.some(({ kind, id }) => kind === "rule" && stands(id))) return { own: true, others: "any" };
  const triggers = objects.filter(({ kind, id }) => kind === "trigger" && stands(id));
  const written = triggers.map(({ definition }) => writtenByTrigger(state, definition ?? ""));
  const cascades = removes ? cascadesFrom(state, origin) : [];
  const others = written.includes("any")
    ? "any"
    : [...written.flatMap((each) => (each === "any" ? [] : each)), ...cascades, ...relatives(state, origin)];
  // A parent by inheritance writes its children too.
  return { own: triggers.length > 0 || table.ownRows !== table.rows, others };
}

/** Partitions, children and parents hold the same rows. */
export function relatives(state: ReleaseState, table: TableRef): readonly TableRef[] {
  const parents = state
    .all()
    .flatMap(({ origin }) =>
      origin && childrenOf(state.catalog, origin).some((child) => sameTable(child, table)) ? [origin] : [],
    );
  return [...descendants(state.catalog, table), ...parents, ...parents.flatMap((parent) => relatives(state, parent))];
}

/** Tables whose rows a foreign key changes when rows of this one are deleted or changed. */
function cascadesFrom(state: ReleaseState, table: TableRef, seen: readonly TableRef[] = []): readonly TableRef[] {
  const direct = state.catalog
    .referencedBy(table)
    .filter(({ definition }) => /\bON (DELETE|UPDATE) (CASCADE|SET NULL|SET DEFAULT)\b/.test(definition ?? ""))
    .map(({ id }) => ({ schema: id.schema ?? "", name: id.table ?? "" }))
    .filter((child) => ![table, ...seen].some((each) => sameTable(each, child)));
  return [...direct, ...direct.flatMap((child) => cascadesFrom(state, child, [...seen, table, ...direct]))];
}

/** Tables with foreign keys to this one, directly or through others: what TRUNCATE … CASCADE empties. */
export function referencing(state: ReleaseState, table: TableRef, seen: readonly TableRef[] = []): readonly TableRef[] {
  const direct = state.catalog
    .referencedBy(table)
    .map(({ id }) => ({ schema: id.schema ?? "", name: id.table ?? "" }))
    .filter((child) => ![table, ...seen].some((each) => sameTable(each, child)));
  return [...direct, ...direct.flatMap((child) => referencing(state, child, [...seen, table, ...direct]))];
}

function writtenByTrigger(state: ReleaseState, definition: string): Written {
  const called = /EXECUTE (?:FUNCTION|PROCEDURE) (.+)\(/.exec(definition)?.[1]?.replaceAll('"', "");
  const bodies = state.catalog.catalog.objects.filter(
    ({ kind, id }) => kind === "function" && (called === `${id.schema}.${id.name}` || called === id.name),
  );
  const [body] = bodies;
  if (bodies.length !== 1 || !body?.definition) return "any";
  const [statement] = parseSql(body.definition, "catalog").statements;
  return statement && isParsed(statement) ? writtenBy(state, statement) : "any";
}

/** The tables that a DO block or a function writes, judging by its text. */
export function writtenBy(state: ReleaseState, statement: ParsedStatement): Written {
  const body = bodyStatements(statement);
  if (!body || body.opaque.length > 0) return "any";
  const found: TableRef[] = [];
  for (const inner of body.statements) {
    for (const operation of operationsOf(inner)) {
      const written = writtenByOperation(state, operation);
      if (written === "any") return "any";
      found.push(...written);
    }
  }
  return found;
}

function writtenByOperation(state: ReleaseState, operation: Operation): Written {
  if (operation.kind === "query") return callsOwnFunction(state, operation.functions) ? "any" : [];
  if (operation.kind !== "write-rows") return "any";
  const table = state.table(operation.table);
  if (!table) return "any";
  const { others } = consequencesOf(state, table, true);
  return others === "any" ? "any" : [table.origin ?? table.name, ...others];
}

/** True when a function with one of these names is the tenant's own, so that it may do anything. */
export function callsOwnFunction(state: ReleaseState, names: readonly string[]): boolean {
  const last = names.map((name) => name.slice(name.lastIndexOf(".") + 1));
  return state.catalog.catalog.objects.some(({ kind, id }) => kind === "function" && last.includes(id.name));
}

/** Makes the rows of some tables uncertain. */
export function makeUncertain(state: ReleaseState, reason: string, which: Written): ReleaseState {
  return state.markUncertain(
    { columns: null, reason },
    (table) => which === "any" || which.some((each) => sameTable(each, table.origin ?? table.name)),
  );
}
